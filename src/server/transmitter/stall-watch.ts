export interface StallWatchPlan {
  /** Milliseconds after which an application that has not answered has stalled. */
  readonly limit: number
  /** Asks the application whether it is alive; it answers as soon as it does anything else. */
  readonly ask: () => void
  /** Takes what the application has said in the meantime: the answer may be there, unread. */
  readonly listen: () => void
  /** Whether anybody waits for the application. */
  readonly isNeeded: () => boolean
  /** Called once for each stall. */
  readonly stalled: () => void
  /** Called once for each stall that has lasted for as long again since `stalled`. */
  readonly lasted: () => void
  /** Called when the application answers again, with the milliseconds that it took. */
  readonly recovered: (took: number) => void
}

// Looks in the limit: a stall is noticed at most a quarter of it late.
const LOOKS = 4

/** Notices an application that computes for too long. */
export class StallWatch {
  readonly #plan: StallWatchPlan
  readonly #timer: NodeJS.Timeout
  #askedAt: number | undefined
  // Looks are counted, not milliseconds: where the whole process stood still, it is not the application that stalls.
  #looks = 0
  // How many times the limit has passed since it was asked: 1 when it has stalled, 2 when that has lasted.
  #passed = 0

  constructor(plan: StallWatchPlan) {
    this.#plan = plan
    this.#timer = setInterval(() => this.#look(), Math.max(1, plan.limit / LOOKS)).unref()
  }

  /** True from the moment when the application has not answered for too long, until it does. */
  get isStalled(): boolean {
    return this.#passed > 0
  }

  onAnswer(): void {
    const took = performance.now() - (this.#askedAt ?? 0)
    this.#askedAt = undefined
    if (this.#passed === 0) return
    this.#passed = 0
    this.#plan.recovered(took)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (this.#askedAt === undefined) return this.#ask()
    this.#looks++
    const next = this.#passed + 1
    if (next > 2 || this.#looks < LOOKS * next) return
    if (performance.now() - this.#askedAt < this.#plan.limit * next) return
    this.#plan.listen()
    if (this.#askedAt === undefined) return
    this.#passed = next
    if (next === 1) this.#plan.stalled()
    else this.#plan.lasted()
  }

  #ask(): void {
    if (!this.#plan.isNeeded()) return
    this.#askedAt = performance.now()
    this.#looks = 0
    this.#plan.ask()
  }
}
