export interface StallWatchPlan {
  /** Milliseconds after which an application that has not answered has stalled. */
  readonly limit: number
  /** Asks the application whether it is alive; it answers as soon as it does anything else. */
  readonly ask: () => void
  /** Whether anybody waits for the application. */
  readonly isNeeded: () => boolean
  /** Called once for each stall. */
  readonly stalled: () => void
}

/** Notices an application that computes for too long. */
export class StallWatch {
  readonly #plan: StallWatchPlan
  readonly #timer: NodeJS.Timeout
  #askedAt: number | undefined
  #isStalled = false

  constructor(plan: StallWatchPlan) {
    this.#plan = plan
    // Four looks in the time: a stall is noticed at most a quarter of it late.
    this.#timer = setInterval(() => this.#look(), Math.max(1, plan.limit / 4)).unref()
  }

  /** True from the moment when the application has not answered for too long, until it does. */
  get isStalled(): boolean {
    return this.#isStalled
  }

  onAnswer(): void {
    this.#askedAt = undefined
    this.#isStalled = false
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (this.#askedAt === undefined) {
      if (!this.#plan.isNeeded()) return
      this.#askedAt = performance.now()
      this.#plan.ask()
    } else if (!this.#isStalled && performance.now() - this.#askedAt >= this.#plan.limit) {
      this.#isStalled = true
      this.#plan.stalled()
    }
  }
}
