import { toBlocks } from '../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../body/run-closers.ts'
import type { BlockReader, ReaderSource, Step } from '../body/source.ts'
import { Reply } from '../reply/reply.ts'
import type { ReplyInit } from '../reply/reply-options.ts'
import { BufferedPieces } from './buffered-pieces.ts'
import { dumpPieces, type DumpOptions, type DumpTarget } from './dump-pieces.ts'
import type { PieceReader } from './template-engine.ts'

const over = { done: true, value: undefined } as const

/**
 * A template as a streamed reply, and as an iterator of its pieces, in the manner of Jinja's `TemplateStream`. Each
 * piece is rendered when it is asked for: in the context of the handler when it is sent, of the caller when it is
 * iterated over. It is read once, by one reader, and closed by `close()` or its end.
 */
export class TemplateStream extends Reply implements AsyncIterableIterator<string, undefined> {
  readonly #pieces: BufferedPieces

  constructor(reader: PieceReader, init: ReplyInit) {
    const pieces = new BufferedPieces(reader)
    super(toBlocks(new PiecesSource(pieces)), true, { delivery: 'turn', ...init })
    this.#pieces = pieces
  }

  /** True while pieces are joined. */
  get buffered(): boolean {
    return this.#pieces.buffered
  }

  /**
   * Joins so many non-empty pieces to one, from the next piece on.
   * @throws RangeError for less than 2.
   */
  enableBuffering(size = 5): this {
    if (!(Number.isInteger(size) && size > 1)) {
      throw new RangeError(`Cannot buffer ${size} pieces: the size must be a whole number of 2 or more`)
    }
    this.#pieces.resize(size)
    return this
  }

  /** Gives each piece by itself again. */
  disableBuffering(): this {
    this.#pieces.resize(1)
    return this
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The pieces without promises, where nothing in the template has to be waited for. */
  *[Symbol.iterator](): Generator<string, undefined> {
    try {
      for (let step = this.#nextNow(); !step.done; step = this.#nextNow()) yield String(step.value)
    } finally {
      // What fails there is told to the next one who calls close().
      this.close().catch(ignore)
    }
  }

  /** The next piece, an empty one included. */
  async next(): Promise<IteratorResult<string, undefined>> {
    try {
      const step = await this.blocks.next()
      if (!step.done) return { done: false, value: String(step.value) }
    } catch (error) {
      await this.blocks.close(error)
      throw error
    }
    this.blocks.finish()
    await this.close()
    return over
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    await this.close()
    return over
  }

  /** Ends the rendering, wherever it is, and closes every source of the data. */
  async close(): Promise<void> {
    throwTogether(await this.blocks.close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * Writes the pieces that are left to a file, which it makes and closes, or to a target, which stays open.
   * @throws whatever the template, the encoding or the target throws.
   */
  dump(to: string | URL | DumpTarget, options?: DumpOptions): Promise<void> {
    return dumpPieces(this, to, options)
  }

  #nextNow(): Step {
    const step = this.blocks.next()
    if (!isPromiseLike(step)) {
      if (step.done) this.blocks.finish()
      return step
    }
    step.then(ignore, ignore)
    throw new TypeError(
      'Cannot iterate over a template at once: a value in it has to be waited for; use `for await`',
    )
  }
}

/** Pieces as the source of a body. */
class PiecesSource implements ReaderSource, BlockReader {
  readonly #pieces: PieceReader

  constructor(pieces: PieceReader) {
    this.#pieces = pieces
  }

  openReader(): BlockReader {
    return this
  }

  next(): Step | PromiseLike<Step> {
    return this.#pieces.next()
  }

  return(reason?: unknown): PromiseLike<void> {
    return this.#pieces.close(reason)
  }

  close(): PromiseLike<void> {
    return this.#pieces.close()
  }
}

function ignore(): void {}
