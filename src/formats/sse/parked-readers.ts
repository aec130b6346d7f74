// The readers of a channel that have had everything, in the order in which they came to wait: as that is the order of
// their places too, those at the front are the first that there is something for.

/** What is known of a reader that waits. */
export interface ParkedReader {
  /** True when there is something for it. */
  readonly isDue: boolean
  /** Gives it what there is; it is not parked any more. */
  wake(): void
}

/** How many readers are woken before the clock is looked at. */
const RUN = 32
/** How long readers are woken before others get their turn, in milliseconds. */
const TURN = 5

export class ParkedReaders {
  readonly #readers = new Set<ParkedReader>()
  #turnStart = 0
  #wave: PromiseWithResolvers<void> | undefined

  add(reader: ParkedReader): void {
    this.#readers.add(reader)
  }

  delete(reader: ParkedReader): void {
    this.#readers.delete(reader)
  }

  /** Wakes those that there is something for, when the caller has come to its end: what it sends is sent together. */
  wake(): void {
    if (this.#wave || this.#readers.size === 0) return
    this.#wave = Promise.withResolvers()
    queueMicrotask(this.#start)
  }

  /** Resolves when all of them have been woken, and what they were given was handed on. */
  async whenWoken(): Promise<void> {
    await this.#wave?.promise
    // Whoever stands between here and the client has had its turn then.
    await new Promise((resolve) => setImmediate(resolve))
  }

  readonly #start = (): void => {
    this.#turnStart = performance.now()
    this.#run()
  }

  // What a reader does with its events is done in microtasks, before the next run: the clock tells of that too.
  readonly #run = (): void => {
    for (let count = 0; count < RUN; count++) {
      const [reader] = this.#readers
      if (!reader?.isDue) return this.#finish()
      this.#readers.delete(reader)
      reader.wake()
    }
    if (performance.now() - this.#turnStart < TURN) queueMicrotask(this.#run)
    else setImmediate(this.#start)
  }

  #finish(): void {
    this.#wave?.resolve()
    this.#wave = undefined
  }
}
