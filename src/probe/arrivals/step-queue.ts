/** A piece of work: done when it returns, or when its promise settles. */
export type Step = () => Promise<void> | undefined

/**
 * Does one step after the other. A step that needs no waiting is done at once, without a promise: blocks may come by the
 * hundred thousand a second. After one that fails no other is done.
 */
export class StepQueue {
  readonly #onFailure: () => void
  readonly #steps: Step[] = []
  #isWaiting = false
  #failure: { error: unknown } | undefined
  #idle: (() => void) | undefined

  /** `onFailure` is told once, when a step has failed. */
  constructor(onFailure: () => void) {
    this.#onFailure = onFailure
  }

  add(step: Step): void {
    if (this.#failure) return
    this.#steps.push(step)
    if (!this.#isWaiting) this.#proceed()
  }

  /** Resolves when nothing is left to do; rejects with what a step has thrown. */
  async settle(): Promise<void> {
    if (this.#isWaiting) await new Promise<void>((resolve) => (this.#idle = resolve))
    if (this.#failure) throw this.#failure.error
  }

  #proceed(): void {
    for (let step = this.#steps.shift(); step; step = this.#steps.shift()) {
      const waiting = this.#try(step)
      if (waiting) return this.#await(waiting)
    }
    this.#idle?.()
  }

  #try(step: Step): Promise<void> | undefined {
    // A step may have others added while it is done: they wait for it.
    this.#isWaiting = true
    try {
      return step()
    } catch (error) {
      this.#fail(error)
      return undefined
    } finally {
      this.#isWaiting = false
    }
  }

  #await(waiting: Promise<void>): void {
    this.#isWaiting = true
    void waiting
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#isWaiting = false
        this.#proceed()
      })
  }

  #fail(error: unknown): void {
    if (this.#failure) return
    this.#failure = { error }
    this.#steps.length = 0
    this.#onFailure()
  }
}
