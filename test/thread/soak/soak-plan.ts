// What one request of the soak asks for, what must come of it, and what has become of it on the server.
import { type Block, reply, stream } from 'millrace'
import type { Context } from 'millrace/context'
import type { Replyable } from 'millrace/gateway'
import type { ReplyInit } from 'millrace/reply'
import type { Random } from './random.ts'

const MOST = 3 * 1024 * 1024

/** Sent while a source is silent; nothing else of the soak looks like it. */
export const BEAT = Buffer.from('[a heartbeat of the soak]')

/** Thrown by sources on purpose. */
export const FAILURE = 'failed for the soak'

type Way = 'plain' | 'reply' | 'collect' | 'sync' | 'async' | 'cursor' | 'echo' | 'echo whole'

const table = Buffer.allocUnsafe(1 << 20)
const letters = 'aé€😀\nZ'
let text = ''

/** Fills what all bodies are made of. */
export function fillTables(random: Random): void {
  for (let at = 0; at < table.length; at += 4) table.writeUInt32LE(random.between(0, 2 ** 32 - 1), at)
  const units = Array.from({ length: 1 << 16 }, () => letters[random.between(0, letters.length - 1)] ?? 'a')
  // No half of a character without the other.
  text = units.join('').toWellFormed().replaceAll('\ufffd', 'a')
}

function makeBlock(random: Random, size: number): Block {
  if (random.chance(0.5)) {
    const start = random.between(0, text.length - 1)
    // Two halves of a character may go to two blocks, but not to two kinds of block.
    return text
      .slice(start, start + Math.min(size, text.length))
      .toWellFormed()
      .replaceAll('\ufffd', '?')
  }
  const start = random.between(0, table.length - 1)
  return table.subarray(start, start + Math.min(size, table.length))
}

/** One request of the soak. */
export class SoakPlan {
  readonly way: Way
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly blocks: readonly Block[]
  /** What the client must get; of a failing one the most that it may get. */
  readonly expected: Buffer
  readonly hasTrailers: boolean
  /** The block in place of which the source fails. */
  readonly failsAt: number | undefined
  readonly #hasLength: boolean
  readonly #hasBeat: boolean
  readonly #waits: number
  readonly #whole: number
  #opened = 0
  #closed = 0
  #told = 0
  #isToBeTold = false

  constructor(random: Random, isOld: boolean) {
    this.way = random.pick(
      'plain',
      'reply',
      'collect',
      'sync',
      'async',
      'async',
      'cursor',
      'echo',
      'echo whole',
    )
    const isEcho = this.way === 'echo' || this.way === 'echo whole'
    const isOne = this.way === 'plain' || this.way === 'reply' || isEcho
    const method = random.chance(0.05) ? 'HEAD' : 'GET'
    this.method = isEcho ? 'POST' : method
    const count = isOne ? 1 : random.pick(0, 1, 2, 10, random.between(0, 300))
    const most = MOST / Math.max(1, count)
    this.blocks = Array.from({ length: count }, () => makeBlock(random, random.size(most)))
    const isStreamed = this.way === 'sync' || this.way === 'async' || this.way === 'cursor'
    this.failsAt = isStreamed && count > 0 && random.chance(0.15) ? random.between(0, count - 1) : undefined
    this.#hasLength = isStreamed && random.chance(0.25)
    this.hasTrailers = isStreamed && !this.#hasLength && !isOld && random.chance(0.2)
    this.#hasBeat = this.way === 'async' && !this.#hasLength && !isOld && random.chance(0.3)
    this.#waits = random.pick(0, 0, 0.02, 0.3)
    this.expected = Buffer.concat(this.blocks.slice(0, this.failsAt).map((block) => toBytes(block)))
    this.#whole = this.blocks.reduce((sum, block) => sum + toBytes(block).length, 0)
  }

  /** True when the client must see that the body is cut. */
  get isCut(): boolean {
    // One that fails after the length that it has promised is whole for its client.
    if (this.#hasLength && this.expected.length === this.#whole) return false
    return this.failsAt !== undefined && this.expected.length > 0 && this.method !== 'HEAD'
  }

  /** True when the client must be told 500. */
  get isError(): boolean {
    return this.failsAt !== undefined && this.expected.length === 0 && this.method !== 'HEAD'
  }

  answer(context: Context): Replyable | Promise<Replyable> {
    const [only = ''] = this.blocks
    if (this.way === 'plain') return toPlain(only)
    if (this.way === 'echo whole') return this.#answerWhole(context)
    const init = this.#init()
    if (this.way === 'reply') return reply(toPlain(only), init)
    if (this.way === 'collect') return reply(this.#generate(), init)
    if (this.way === 'echo') return stream(context.request.body ?? [], init)
    if (this.way === 'sync') return stream(this.#generate(), init)
    return stream(this.way === 'async' ? this.#generateAsync() : this.#openCursor(), init)
  }

  /** What is wrong on the side of the server, now that the reply is over. */
  get fault(): string | undefined {
    if (this.#closed !== this.#opened) return `opened ${this.#opened} times, closed ${this.#closed} times`
    if (this.#told !== (this.#isToBeTold ? 1 : 0)) return `\`onClose\` was called ${this.#told} times`
    return undefined
  }

  describe(): string {
    const { way, method, failsAt, expected, hasTrailers } = this
    const flags = { hasLength: this.#hasLength, hasBeat: this.#hasBeat, hasTrailers }
    return JSON.stringify({
      way,
      method,
      blocks: this.blocks.length,
      failsAt,
      bytes: expected.length,
      ...flags,
    })
  }

  async #answerWhole({ request }: Context): Promise<Replyable> {
    const body = Buffer.from(await request.arrayBuffer())
    return reply(body, this.#init())
  }

  #init(): ReplyInit {
    this.#isToBeTold = true
    return {
      headers: this.#hasLength ? { 'content-length': String(this.#whole) } : {},
      onClose: () => this.#told++,
      ...(this.hasTrailers && { trailers: () => ({ 'x-sum': String(this.#whole) }) }),
      ...(this.#hasBeat && { heartbeat: { every: 3, block: BEAT } }),
    }
  }

  *#generate(): Generator<Block> {
    this.#opened++
    try {
      for (const index of this.blocks.keys()) yield this.#blockAt(index)
    } finally {
      this.#closed++
    }
  }

  async *#generateAsync(): AsyncGenerator<Block> {
    this.#opened++
    try {
      for (const index of this.blocks.keys()) {
        // Not from the seed: it must not change what the others do.
        if (Math.random() < this.#waits)
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
        yield this.#blockAt(index)
      }
    } finally {
      this.#closed++
    }
  }

  #openCursor(): AsyncIterable<Block> & { close(): void } {
    this.#opened++
    let index = 0
    const next = async (): Promise<IteratorResult<Block>> =>
      index < this.blocks.length
        ? { done: false, value: this.#blockAt(index++) }
        : { done: true, value: undefined }
    return { [Symbol.asyncIterator]: () => ({ next }), close: () => void this.#closed++ }
  }

  #blockAt(index: number): Block {
    if (index === this.failsAt) throw new Error(FAILURE)
    return this.blocks[index] ?? ''
  }
}

function toPlain(block: Block): string | Uint8Array {
  return typeof block === 'string' ? block : toBytes(block)
}

function toBytes(block: Block): Uint8Array {
  if (typeof block === 'string') return Buffer.from(block)
  if (block instanceof Uint8Array) return block
  throw new TypeError('Cannot take this block to pieces: the soak makes text and bytes alone')
}
