import { flush, isBytes, notABlock, toUint8Array } from './block.ts'
import { type Blocks, toBlocks } from './blocks.ts'
import { isPromiseLike, throwTogether } from './run-closers.ts'
import type { Body, Step } from './source.ts'

/** How many bytes a body may have when it is collected into memory, unless the caller says otherwise: 64 MiB. */
const COLLECT_LIMIT = 67_108_864

export interface CollectOptions {
  /** Bytes after which collecting fails, 64 MiB by default. */
  maxBytes?: number | undefined
}

/**
 * Buffers a whole body in memory and closes it.
 * @throws RangeError when it is longer than `maxBytes`; whatever the source or its closing throws.
 */
export async function collectBytes(body: Body | Blocks, options?: CollectOptions): Promise<Uint8Array> {
  const blocks = toBlocks(body)
  const { bytes } = await collectWhole(blocks, options)
  throwTogether(await blocks.close())
  return bytes
}

/** Buffers a whole body in memory as text, read as UTF-8, and closes it. */
export async function collectText(body: Body | Blocks, options?: CollectOptions): Promise<string> {
  return new TextDecoder().decode(await collectBytes(body, options))
}

/** A body in memory, and whether its first block was text. */
export interface Whole {
  bytes: Uint8Array
  isText: boolean
}

/** The same as {@link collectBytes}, for who has to name a type for the bytes, and asks the body how it closed. */
export async function collectWhole(blocks: Blocks, options: CollectOptions = {}): Promise<Whole> {
  const pieces = new Pieces(options.maxBytes ?? COLLECT_LIMIT)
  try {
    await collectSteps(blocks, pieces)
  } catch (error) {
    await blocks.close(error)
    throw error
  }
  await blocks.close()
  return { bytes: pieces.join(), isText: pieces.startWithText }
}

async function collectSteps(blocks: Blocks, pieces: Pieces): Promise<void> {
  for (;;) {
    const asked = blocks.run(() => blocks.next())
    const step: Step = isPromiseLike(asked) ? await asked : asked
    if (step.done) return blocks.finish()
    pieces.add(step.value)
  }
}

class Pieces {
  readonly #limit: number
  #bytes = 0
  #text = ''
  #startsWithText: boolean | undefined
  readonly #pieces: Uint8Array[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  add(block: unknown): void {
    if (typeof block === 'string') {
      if (block !== '') this.#startsWithText ??= true
      this.#count(block.length)
      this.#text += block
    } else if (Array.isArray(block)) block.forEach((inner) => this.add(inner))
    else if (isBytes(block)) this.#addBytes(toUint8Array(block))
    else if (block !== flush) throw notABlock(block)
  }

  get startWithText(): boolean {
    return this.#startsWithText ?? false
  }

  join(): Uint8Array {
    this.#settleText()
    this.#count(0)
    const [only] = this.#pieces
    return this.#pieces.length === 1 && only ? only : Buffer.concat(this.#pieces)
  }

  #addBytes(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.#startsWithText ??= false
    this.#settleText()
    this.#count(bytes.byteLength)
    // A copy: the application may fill the same memory again for its next block.
    this.#pieces.push(Buffer.from(bytes))
  }

  #settleText(): void {
    if (this.#text === '') return
    const bytes = Buffer.from(this.#text)
    this.#bytes += bytes.byteLength - this.#text.length
    this.#text = ''
    this.#pieces.push(bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes <= this.#limit) return
    throw new RangeError(
      `Cannot buffer a body of more than ${this.#limit} bytes: stream it with stream(), or raise \`maxBytes\``,
    )
  }
}
