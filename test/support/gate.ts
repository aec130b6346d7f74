import type { Block } from '../../src/body/block.ts'

/** A source whose blocks are opened by hand: it gives one for each `open`, and tells when it is asked and closed. */
export class Gate implements AsyncIterableIterator<Block> {
  asked = 0
  closed = 0
  #waiting: PromiseWithResolvers<IteratorResult<Block>> | undefined
  #ready: (IteratorResult<Block> | Error)[] = []
  #watchers: { count: number; resolve: () => void }[] = []

  open(block: Block): void {
    this.#give({ done: false, value: block })
  }

  end(): void {
    this.#give({ done: true, value: undefined })
  }

  fail(error: Error): void {
    this.#give(error)
  }

  /** Resolves when the source has been asked this many times. */
  whenAsked(count: number): Promise<void> {
    if (this.asked >= count) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push({ count, resolve })
    return promise
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Block>> {
    this.asked++
    for (const { count, resolve } of this.#watchers) if (this.asked >= count) resolve()
    this.#waiting = Promise.withResolvers()
    const { promise } = this.#waiting
    const ready = this.#ready.shift()
    if (ready) this.#give(ready)
    return promise
  }

  async return(): Promise<IteratorResult<Block>> {
    this.closed++
    this.#waiting?.resolve({ done: true, value: undefined })
    return { done: true, value: undefined }
  }

  #give(step: IteratorResult<Block> | Error): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (!waiting) this.#ready.push(step)
    else if (step instanceof Error) waiting.reject(step)
    else waiting.resolve(step)
  }
}
