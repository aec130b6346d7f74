import { toError } from '../../delivery/errors.ts'
import { type CloseReport, sumReports } from '../drain/close-report.ts'
import type { RestartPlan } from '../drain/drain-options.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'
import { WorkerError } from './worker-error.ts'
import { type WorkerEnd, WorkerProcess, type WorkerPlan } from './worker-process.ts'

// Milliseconds before another worker is started where the last one has failed: the first, doubled each time, the most.
const FIRST_DELAY = 100
const LONGEST_DELAY = 10_000
// A worker that has served for so many milliseconds has not failed at its start.
const STEADY = 5_000
// Milliseconds that idle connections of a worker that is replaced have for one more request.
const LINGER = 1_000

export interface PlacePlan extends Omit<WorkerPlan, 'leaving'> {
  /** Told of workers that end unasked. */
  readonly report: (error: unknown) => void
}

/** Has one worker that serves, and puts another in its place when it has gone. */
export class Place {
  readonly #plan: PlacePlan
  // All whose processes have not ended.
  readonly #living = new Set<WorkerProcess>()
  #serving: WorkerProcess | undefined
  #since = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #isClosing = false
  // Undefined while each worker has what its script says.
  #tls: TlsPlan | undefined
  // One thing after the other.
  #last: Promise<void> = Promise.resolve()

  constructor(plan: PlacePlan) {
    this.#plan = plan
  }

  /** Starts the first worker; resolves when it listens. */
  async open(): Promise<void> {
    this.#take(await this.#start())
  }

  /** Puts another worker in the place of this one, which drains; resolves when the other listens. */
  replace(plan: RestartPlan, drains: (drained: Promise<unknown>) => void): Promise<void> {
    const { grace, linger = LINGER, signal } = plan
    return this.#inTurn(async () => {
      const worker = await this.#start(signal)
      const old = this.#serving
      this.#take(worker)
      if (old) drains(old.close(grace, Math.min(grace, linger)))
    })
  }

  /** Has its worker take this certificate, and those after it; resolves when it has. */
  async reload(tls: TlsPlan): Promise<void> {
    this.#tls = tls
    await this.#serving?.reload(tls)
  }

  /** Has its worker say that it is about to close. */
  leave(): void {
    for (const worker of this.#living) worker.leave()
  }

  /** Drains its worker, and starts no other; resolves when all its processes have ended. */
  async close(grace: number): Promise<CloseReport> {
    this.#isClosing = true
    clearTimeout(this.#timer)
    const reports = await Promise.all([...this.#living].map((worker) => worker.close(grace)))
    await this.#last
    return sumReports(reports)
  }

  /** Ends its processes at once. */
  async stop(): Promise<void> {
    this.#isClosing = true
    await Promise.all([...this.#living].map((worker) => worker.stop()))
  }

  async #start(signal?: AbortSignal): Promise<WorkerProcess> {
    if (this.#isClosing) throw toClosingError()
    signal?.throwIfAborted()
    const worker = new WorkerProcess({ ...this.#plan, leaving: (one) => this.#onLeaving(one) })
    this.#living.add(worker)
    void worker.gone.then((end) => this.#onGone(worker, end))
    const giveUp = (): void => void worker.stop()
    signal?.addEventListener('abort', giveUp)
    try {
      await worker.listening
    } catch (error) {
      signal?.throwIfAborted()
      throw this.#isClosing ? toClosingError(error) : error
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
    return worker
  }

  #take(worker: WorkerProcess): void {
    this.#serving = worker
    // It has what its script says.
    if (this.#tls) worker.reload(this.#tls).catch(this.#plan.report)
    this.#since = performance.now()
    clearTimeout(this.#timer)
  }

  #onLeaving(worker: WorkerProcess): void {
    if (worker !== this.#serving) return
    this.#serving = undefined
    this.#fillAfter(0)
  }

  #onGone(worker: WorkerProcess, { message, cause, wasLate }: WorkerEnd): void {
    this.#living.delete(worker)
    if (wasLate) this.#plan.report(new Error(`${message}, as it did not close in time`, { cause }))
    if (worker !== this.#serving) return
    this.#serving = undefined
    if (this.#isClosing) return
    if (performance.now() - this.#since >= STEADY) this.#failures = 0
    this.#fail(message, cause)
  }

  #fail(message: string, cause: unknown): void {
    const delay = this.#failures === 0 ? 0 : Math.min(FIRST_DELAY * 2 ** (this.#failures - 1), LONGEST_DELAY)
    this.#failures++
    const when = delay === 0 ? '' : ` in ${delay} ms`
    this.#plan.report(new Error(`${message}; another takes its place${when}`, { cause }))
    this.#fillAfter(delay)
  }

  #fillAfter(delay: number): void {
    if (this.#isClosing) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#fill()), delay)
  }

  async #fill(): Promise<void> {
    if (this.#serving || this.#isClosing) return
    try {
      this.#take(await this.#start())
    } catch (error) {
      const { message, cause } = toError(error)
      if (!this.#isClosing) this.#fail(message, cause)
    }
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#last.then(task)
    this.#last = done.catch(() => {})
    return done
  }
}

function toClosingError(cause?: unknown): WorkerError {
  return new WorkerError('SERVER_CLOSING', 'Cannot start a worker: the server is closing', { cause })
}
