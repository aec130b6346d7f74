import { isPromiseLike } from '../body/run-closers.ts'
import type { PieceReader, PieceStep } from './template-engine.ts'

const over: PieceStep = { done: true, value: undefined }

/**
 * The pieces of a template, one by one or joined in groups, as it was last asked for. A group is counted by its
 * pieces that are not empty; it goes out when it is full, before an error, and at the end.
 */
export class BufferedPieces implements PieceReader {
  readonly #pieces: PieceReader
  #size = 1
  /** The group that is being filled, and how many pieces it has. */
  #group = ''
  #count = 0
  #failure: { error: unknown } | undefined
  #isOver = false

  constructor(pieces: PieceReader) {
    this.#pieces = pieces
  }

  /** True while pieces are joined. */
  get buffered(): boolean {
    return this.#size > 1
  }

  /** Joins so many pieces from the next one on; 1 joins none. */
  resize(size: number): void {
    this.#size = size
  }

  next(): PieceStep | PromiseLike<PieceStep> {
    if (this.#failure) return this.#fail(this.#failure.error)
    if (this.#isOver) return over
    return this.#size > 1 ? this.#fill() : this.#pieces.next()
  }

  close(reason?: unknown): PromiseLike<void> {
    this.#isOver = true
    return this.#pieces.close(reason)
  }

  #fill(): PieceStep | PromiseLike<PieceStep> {
    try {
      for (;;) {
        const step = this.#pieces.next()
        if (isPending(step)) return this.#fillAfter(step)
        if (this.#take(step)) return this.#give()
      }
    } catch (error) {
      return this.#giveBefore(error)
    }
  }

  async #fillAfter(pending: PromiseLike<PieceStep>): Promise<PieceStep> {
    try {
      for (let step = await pending; !this.#take(step); step = await this.#pieces.next());
      return this.#give()
    } catch (error) {
      return this.#giveBefore(error)
    }
  }

  // True when the group is to go out.
  #take(step: PieceStep): boolean {
    if (step.done) {
      this.#isOver = true
      return true
    }
    this.#group += step.value
    if (step.value !== '') this.#count++
    return this.#count >= this.#size
  }

  #give(): PieceStep {
    const value = this.#group
    this.#group = ''
    this.#count = 0
    return value === '' ? over : { done: false, value }
  }

  // What came before an error is not lost with it.
  #giveBefore(error: unknown): PieceStep {
    if (this.#count === 0) return this.#fail(error)
    this.#failure = { error }
    return this.#give()
  }

  #fail(error: unknown): never {
    this.#failure = undefined
    this.#isOver = true
    throw error
  }
}

function isPending(step: PieceStep | PromiseLike<PieceStep>): step is PromiseLike<PieceStep> {
  return isPromiseLike(step)
}
