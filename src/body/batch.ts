import { type Block, flush, isBytes, notABlock, toUint8Array } from './block.ts'
import { type Blocks, toBlocks } from './blocks.ts'
import { isPromiseLike, throwTogether } from './run-closers.ts'
import type { BlockReader, Body } from './source.ts'

/** When a batch is full; the first limit that is reached sends it. */
export interface BatchLimits {
  /** Non-empty blocks in a batch, 2 or more (Jinja's `enable_buffering(n)`). */
  count?: number
  /** Bytes in a batch; text counts by its length in UTF-16 units. */
  bytes?: number
  /** Milliseconds that the first block of a batch may wait for the others. */
  ms?: number
}

/** A source whose blocks are joined because the application asked for it; it can be read once. */
export class Batch implements AsyncIterable<Block> {
  #limits: BatchLimits
  readonly #blocks: Blocks
  readonly #group = new Group()
  #isClosed = false

  constructor(body: Body, limits: BatchLimits) {
    this.#limits = checkLimits(limits)
    this.#blocks = toBlocks(body)
  }

  /** The limits in force. */
  get limits(): BatchLimits {
    return this.#limits
  }

  /** Changes the limits from the next block on; `undefined` passes every block on by itself. */
  resize(limits: BatchLimits | undefined): void {
    this.#limits = limits ? checkLimits(limits) : { count: 1 }
  }

  /** The joined blocks; a half-filled batch goes out before `flush`, before an error, and at the end. */
  [Symbol.asyncIterator](): AsyncIterator<Block, void, undefined> & Pick<BlockReader, 'endWith'> {
    const joined = this.#join()
    return {
      next: () => joined.next(),
      endWith: (block) => this.#endWith(block),
      // `joined.return()` would wait behind a pending `next()`; closing the body inside ends that first.
      return: async () => {
        await this.close()
        return joined.return()
      },
    }
  }

  /** Closes the body inside, read or not; throws what its closers threw, once. */
  async close(): Promise<void> {
    const errors = await this.#blocks.close()
    if (this.#isClosed) return
    this.#isClosed = true
    throwTogether(errors)
  }

  #endWith(block: unknown): unknown {
    const last = this.#blocks.endWith(block)
    return last === undefined ? undefined : [...this.#group.take(), last]
  }

  async *#join(): AsyncGenerator<Block, void, undefined> {
    const group = this.#group
    try {
      for (;;) {
        const step = await nextStep(this.#blocks, group, this.#limits)
        if (step.kind === 'block') yield* this.#add(step.block)
        if (step.kind !== 'block' || group.isFull(this.#limits)) yield* group.take()
        if (step.kind === 'end') return
        if (step.kind === 'failed') throw step.error
      }
    } finally {
      await this.#blocks.close()
    }
  }

  *#add(block: Block): Generator<Block, void, undefined> {
    if (Array.isArray(block)) {
      for (const inner of block) yield* this.#add(inner)
    } else if (block === flush) {
      yield* this.#group.take()
      yield flush
    } else this.#group.add(block)
  }
}

/** Joins blocks of any source; nothing in millrace joins them unless this is asked for. */
export function batch(body: Body, limits: BatchLimits): Batch {
  return new Batch(body, limits)
}

type Taken =
  | { kind: 'block'; block: Block }
  | { kind: 'late' }
  | { kind: 'end' }
  | { kind: 'failed'; error: unknown }

async function nextStep(blocks: Blocks, group: Group, limits: BatchLimits): Promise<Taken> {
  group.asked ??= pull(blocks)
  const step = await (group.isEmpty ? group.asked : group.withinWait(group.asked, limits.ms))
  if (step.kind !== 'late') group.asked = undefined
  return step
}

async function pull(blocks: Blocks): Promise<Taken> {
  try {
    const asked = blocks.next()
    const step = isPromiseLike(asked) ? await asked : asked
    if (!step.done) return { kind: 'block', block: toBlock(step.value) }
    blocks.finish()
    return { kind: 'end' }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

function toBlock(value: unknown): Block {
  if (typeof value === 'string' || value === flush || isBytes(value)) return value
  if (Array.isArray(value)) return value.map(toBlock)
  throw notABlock(value)
}

/** The blocks of one batch, flat and without the empty ones, until it goes out. */
class Group {
  asked: Promise<Taken> | undefined
  #blocks: (string | Uint8Array)[] = []
  #bytes = 0
  #since = 0

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  add(block: Block): void {
    if (typeof block !== 'string' && !isBytes(block)) return
    // A copy: the source may fill the same memory again for its next block.
    const piece = typeof block === 'string' ? block : Buffer.from(toUint8Array(block))
    if (piece.length === 0) return
    if (this.isEmpty) this.#since = performance.now()
    this.#blocks.push(piece)
    this.#bytes += piece.length
  }

  isFull({ count = Infinity, bytes = Infinity }: BatchLimits): boolean {
    return this.#blocks.length >= count || (!this.isEmpty && this.#bytes >= bytes)
  }

  async withinWait(asked: Promise<Taken>, ms: number | undefined): Promise<Taken> {
    if (ms === undefined) return asked
    const { promise, resolve } = Promise.withResolvers<Taken>()
    const wait = Math.max(0, this.#since + ms - performance.now())
    const timer = setTimeout(resolve, wait, { kind: 'late' })
    return Promise.race([asked, promise]).finally(() => clearTimeout(timer))
  }

  /** The batch as one block, if there is anything in it. Where text and bytes are mixed it is a list: a character
   * that is split between two blocks of text is joined where they are framed. */
  *take(): Generator<Block, void, undefined> {
    const blocks = this.#blocks
    if (blocks.length === 0) return
    this.#blocks = []
    this.#bytes = 0
    if (blocks.every((block) => typeof block === 'string')) yield blocks.join('')
    else if (blocks.every((block) => typeof block !== 'string')) yield Buffer.concat(blocks)
    else yield blocks
  }
}

function checkLimits(limits: BatchLimits): BatchLimits {
  const { count, bytes, ms } = limits
  if (count === undefined && bytes === undefined && ms === undefined) {
    throw new TypeError('Cannot batch without a limit: give `count`, `bytes` or `ms`')
  }
  if (count !== undefined && !(Number.isInteger(count) && count >= 2)) {
    throw new RangeError(`Cannot batch ${count} blocks: \`count\` must be a whole number of 2 or more`)
  }
  if (bytes !== undefined && !(bytes >= 1))
    throw new RangeError(`Cannot batch ${bytes} bytes: give 1 or more`)
  if (ms !== undefined && !(ms >= 0)) throw new RangeError(`Cannot batch for ${ms} ms: give 0 or more`)
  return limits
}
