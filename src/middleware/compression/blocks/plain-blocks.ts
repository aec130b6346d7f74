import type { Blocks } from '../../../body/blocks.ts'
import { isPromiseLike } from '../../../body/run-closers.ts'
import type { BlockReader, Step } from '../../../body/source.ts'

/** Reads a body as it is, for whoever compresses it in another thread. */
export class PlainBlocks implements BlockReader {
  readonly #inner: Blocks
  readonly #next: () => Step | PromiseLike<Step>

  constructor(inner: Blocks) {
    this.#inner = inner
    this.#next = () => inner.next()
  }

  openReader(): BlockReader {
    return this
  }

  async close(): Promise<void> {}

  // Without a promise where the source needs none.
  next(): Step | PromiseLike<Step> {
    const step = this.#inner.run(this.#next)
    return isPromiseLike(step) ? step.then(this.#take) : this.#take(step)
  }

  endWith(block: unknown): unknown {
    return this.#inner.endWith(block)
  }

  return(reason: unknown): void {
    // What the closing throws is told to who closes the reply.
    void this.#inner.close(reason)
  }

  readonly #take = (step: Step): Step => {
    if (step.done) this.#inner.finish()
    return step
  }
}
