/** What a connection has been given and what of it the operating system has taken, in bytes since it was opened. */
export interface RateSample {
  readonly given: number
  readonly taken: number
  /** True where the client has shut its window: what it takes then says how fast it is, however little was held for it. */
  readonly isShut?: boolean
}

/**
 * The last looks at one connection, all of them while bytes were held for its client. It knows no clock: a look is one
 * step of the window, however late it comes, so that a thread that was busy does not blame the client for it.
 */
export class RateWindow {
  readonly #least: number
  readonly #steps: number
  #samples: RateSample[] = []
  #next = 0

  /** `least`: bytes that the client must take in so many `steps`. */
  constructor({ least, steps }: { least: number; steps: number }) {
    this.#least = least
    this.#steps = steps
  }

  /** Nothing is held: the source is slow, or there is none. */
  clear(): void {
    if (this.#samples.length === 0) return
    this.#samples = []
    this.#next = 0
  }

  /** Adds a look. True when the client has taken too little, although there was enough for it, during a whole window. */
  isTooSlow(sample: RateSample): boolean {
    const oldest = this.#samples[this.#next]
    this.#samples[this.#next] = sample
    this.#next = (this.#next + 1) % this.#steps
    if (!oldest) return false
    const taken = sample.taken - oldest.taken
    if (this.#samples.every(({ isShut }) => isShut)) return taken < this.#least
    // Who has taken all that was held then has kept up, however little it was.
    return taken < Math.min(this.#least, oldest.given - oldest.taken)
  }
}
