// Of thousands of replies that wait each has a heartbeat. A timer for each would take more than their pumps: one serves
// all that have the same period.
import { AsyncResource } from 'node:async_hooks'

/** What is told that it has been silent. */
export interface Silent {
  /** It has been silent for the whole period, and counts as heard now. */
  breakSilence(): void
}

// Looks in one period, at most: of many, one is told at most a twentieth of it late.
const STEPS = 20

// A timer keeps the asynchronous context in which it was made: that would be the request of whoever came first.
const outside = new AsyncResource('MILLRACE_HEARTBEATS')

const watches = new Map<number, SilenceWatch>()

/** Tells those whom it knows that they were silent for a period. */
export class SilenceWatch {
  readonly #period: number
  // When each was last heard: whole milliseconds, which take no memory of their own.
  readonly #heardAt = new Map<Silent, number>()
  #timer: NodeJS.Timeout | undefined

  private constructor(period: number) {
    this.#period = period
  }

  /** The one for a period, in milliseconds. */
  static of(period: number): SilenceWatch {
    const known = watches.get(period)
    if (known) return known
    const made = new SilenceWatch(period)
    watches.set(period, made)
    return made
  }

  /** Its silence begins anew; at the first time it is known until {@link SilenceWatch.forget}. */
  hear(one: Silent): void {
    this.#heardAt.set(one, Math.trunc(performance.now()))
    this.#timer ??= this.#toTimer(this.#period)
  }

  forget(one: Silent): void {
    if (!this.#heardAt.delete(one) || this.#heardAt.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    watches.delete(this.#period)
  }

  #toTimer(delay: number): NodeJS.Timeout {
    return outside.runInAsyncScope(() => setTimeout(() => this.#look(), delay).unref())
  }

  #look(): void {
    const now = Math.trunc(performance.now())
    let next = Infinity
    for (const [one, heardAt] of this.#heardAt) {
      // A timer may come a millisecond early.
      const isSilent = now - heardAt >= this.#period - 1
      if (isSilent) this.#break(one, now)
      next = Math.min(next, isSilent ? now : heardAt)
    }
    const delay = Math.max(next + this.#period - now, this.#period / STEPS)
    this.#timer = this.#heardAt.size > 0 ? this.#toTimer(delay) : undefined
  }

  #break(one: Silent, now: number): void {
    this.#heardAt.set(one, now)
    one.breakSilence()
  }
}
