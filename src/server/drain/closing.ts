// The closing of a server, whatever has asked for it: `close()`, an `AbortSignal`, a signal of the process, or, in a
// worker, the primary.
import { isMainThread } from 'node:worker_threads'
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import type { CloseReport } from './close-report.ts'
import { checkCloseOptions, type CloseOptions, type DrainSettings } from './drain-options.ts'
import type { Drain } from './drain.ts'
import type { ServingListener } from './draining-listener.ts'
import { formatReport } from './format-report.ts'
import { processSignals, type StopSignals, type Stoppable } from './stop-signals.ts'

export interface ClosingPlan {
  readonly listener: ServingListener
  readonly drain: Drain
  readonly settings: DrainSettings
  /** Closes the server when it aborts. */
  readonly signal: AbortSignal | undefined
  readonly signals?: StopSignals
}

/** @throws Error where the signals of the process do not come. */
export function checkSignals({ signals }: DrainSettings, isMain = isMainThread): void {
  if (!signals || isMain) return
  throw new Error(
    'Cannot serve with `drain.signals` in a worker thread: signals come to the main thread alone; call close() from there',
  )
}

/** Closes one server, once. */
export class Closing implements Stoppable {
  readonly #plan: ClosingPlan
  readonly #signals: StopSignals
  #closing: Promise<CloseReport> | undefined
  #deadline = Infinity
  // What live replies have, for what is said of them.
  #grace = 0
  #isAborted = false
  // Ends the time in which requests are still taken.
  #overtake: ((grace: number) => void) | undefined

  constructor(plan: ClosingPlan) {
    this.#plan = plan
    const { settings, drain, signal, signals = processSignals } = plan
    this.#signals = signals
    drain.lastBlock = settings.lastBlock
    void drain.closed.promise.then(() => this.#forget())
    if (settings.signals) signals.add(this)
    signal?.addEventListener('abort', this.#onAbort)
    if (signal?.aborted) this.#onAbort()
  }

  /** Closes the server; called again, the earlier deadline holds. */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#check(options)
    const { listener, settings, drain } = this.#plan
    const { grace = settings.grace, delay = settings.delay } = options
    if (this.#closing) {
      if (this.#isEarlier(delay + grace)) this.#hasten(grace)
      return this.#closing
    }
    this.#isEarlier(delay + grace)
    this.#grace = grace
    if (options.lastBlock) drain.lastBlock = options.lastBlock
    this.#plan.signal?.removeEventListener('abort', this.#onAbort)
    this.#closing =
      delay > 0 ? this.#leave(delay, grace).then((left) => listener.close(left)) : listener.close(grace)
    void this.#closing.then(drain.closed.resolve)
    return this.#closing
  }

  stop(): void {
    // In a worker the primary gets it too, and says what is to be done.
    if (this.#plan.listener.role === 'worker') return
    void this.close().then((report) => {
      if (!this.#isAborted) process.stderr.write(formatReport(report, this.#grace))
    })
  }

  abort(): Promise<void> | void {
    this.#isAborted = true
    return this.#plan.listener.abort()
  }

  readonly #onAbort = (): void => void this.close()

  #hasten(grace: number): void {
    this.#grace = Math.min(this.#grace, grace)
    if (this.#overtake) this.#overtake(grace)
    else void this.#plan.listener.close(grace)
  }

  // Resolves to the grace that is left, when no more requests are to be taken.
  #leave(delay: number, grace: number): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>()
    const timer = setTimeout(() => this.#overtake?.(grace), Math.min(delay, LONGEST_TIMER))
    this.#overtake = (left) => {
      clearTimeout(timer)
      this.#overtake = undefined
      resolve(left)
    }
    this.#plan.listener.leave?.()
    return promise
  }

  #forget(): void {
    this.#plan.signal?.removeEventListener('abort', this.#onAbort)
    this.#signals.delete(this)
  }

  #isEarlier(grace: number): boolean {
    const deadline = performance.now() + grace
    if (deadline >= this.#deadline) return false
    this.#deadline = deadline
    return true
  }

  #check(options: CloseOptions): void {
    checkCloseOptions('close', options)
    if (options.lastBlock === undefined || this.#plan.listener.role !== 'primary') return
    throw new TypeError(
      'Cannot close with `lastBlock`: the replies are in the workers; give it to `serve({ drain: { lastBlock } })`',
    )
  }
}
