/** A source of values that are opened by hand; it tells when it is asked and when it is closed. */
export class RowGate<T> implements AsyncIterableIterator<T, undefined> {
  asked = 0
  closed = 0
  #ready: IteratorResult<T, undefined>[] = []
  #waiting: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined
  #watchers: { isMet: () => boolean; resolve: () => void }[] = []

  open(value: T): void {
    this.#give({ done: false, value })
  }

  end(): void {
    this.#give({ done: true, value: undefined })
  }

  /** Resolves when the source has been asked this many times. */
  whenAsked(count: number): Promise<void> {
    return this.#when(() => this.asked >= count)
  }

  /** Resolves when the source has been closed. */
  whenClosed(): Promise<void> {
    return this.#when(() => this.closed > 0)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.asked++
    this.#wake()
    this.#waiting = Promise.withResolvers()
    const { promise } = this.#waiting
    const ready = this.#ready.shift()
    if (ready) this.#give(ready)
    return promise
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.closed++
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#wake()
    return { done: true, value: undefined }
  }

  #give(step: IteratorResult<T, undefined>): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting.resolve(step)
    else this.#ready.push(step)
  }

  #when(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push({ isMet, resolve })
    return promise
  }

  #wake(): void {
    for (const { isMet, resolve } of this.#watchers) if (isMet()) resolve()
  }
}
