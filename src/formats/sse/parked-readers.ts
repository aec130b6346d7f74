// The readers of a channel that have had everything, in the order in which they came to wait: as that is the order of
// their places too, those at the front are the first that there is something for.

/** What is known of a reader that waits. */
export interface ParkedReader {
  /** True when there is something for it. */
  readonly isDue: boolean
  /** Gives it what there is; it is not parked any more. */
  wake(): void
}

/** What a reader was given up to a place, and is still being made into something else. */
interface Work {
  readonly place: number
  readonly over: PromiseLike<void>
}

/** How many readers are woken before the clock is looked at. */
const RUN = 32
/** How long readers are woken before others get their turn, in milliseconds. */
const TURN = 5

export class ParkedReaders {
  readonly #readers = new Set<ParkedReader>()
  #turnStart = 0
  #wave: PromiseWithResolvers<void> | undefined
  // Of those whose events leave later than they take them: nothing, unless replies are compressed here.
  readonly #works = new Map<object, Work>()

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

  /** Tells that what a reader was given, up to this place, leaves after some work; it may have gone on, or left, by then. */
  keep(reader: object, place: number, work: PromiseLike<unknown>): void {
    const end = (): void => {
      if (this.#works.get(reader) === kept) this.#works.delete(reader)
    }
    const kept: Work = { place, over: work.then(end, end) }
    this.#works.set(reader, kept)
  }

  /**
   * Resolves when all of them have been woken, and what they were given, up to this place, was handed on. One that does not
   * read is asked for nothing, so that there is no work for it to wait for; nor is there for one that has left.
   */
  async whenHandedOn(newest: number): Promise<void> {
    await this.#wave?.promise
    // Whoever stands between here and the client has had its turn then, or is at work.
    await toNextTurn()
    if (this.#works.size === 0) return
    await Promise.all(Array.from(this.#works.keys(), (reader) => this.#whenWorked(reader, newest)))
  }

  // One that was at work with earlier events takes the later ones after that.
  async #whenWorked(reader: object, newest: number): Promise<void> {
    for (let work = this.#works.get(reader); work; work = this.#works.get(reader)) {
      await work.over
      await toNextTurn()
      if (work.place >= newest) return
    }
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

function toNextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
