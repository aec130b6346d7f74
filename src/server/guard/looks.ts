/** Looks at something again and again, while there is something to look at. */
export class Looks {
  readonly #every: number
  readonly #look: () => void
  #timer: NodeJS.Timeout | undefined
  #due = 0

  /** `every`: milliseconds between two looks. */
  constructor(every: number, look: () => void) {
    this.#every = every
    this.#look = look
  }

  start(): void {
    if (this.#timer) return
    this.#due = performance.now()
    this.#schedule()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  // An interval would add up how late each look was. Looks that were missed are not made up for: the thread was busy.
  #schedule(): void {
    const now = performance.now()
    this.#due += this.#every
    if (this.#due <= now) this.#due = now + this.#every
    this.#timer = setTimeout(() => this.#run(), this.#due - now).unref()
  }

  #run(): void {
    this.#schedule()
    this.#look()
  }
}
