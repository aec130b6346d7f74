import { type ChildProcess, fork } from 'node:child_process'
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import { type CloseReport, sumReports } from '../drain/close-report.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'
import { loadedFiles } from './loaded-files.ts'
import { WorkerError } from './worker-error.ts'
import {
  isWorkerMessage,
  type CloseOrder,
  type LeaveOrder,
  type ReloadOrder,
  type WorkerMessage,
} from './worker-message.ts'

// Milliseconds after the grace that a worker has to close its sources, before it is killed.
const CLOSING_LIMIT = 5_000
// Milliseconds that a worker has to exit when it has closed: then it gets SIGTERM, and then SIGKILL.
const EXIT_LIMIT = 1_000
const KILL_LIMIT = 5_000

export interface WorkerPlan {
  readonly number: number
  /** The script that it runs. */
  readonly script: string
  /** The number of the bound socket in this process. */
  readonly fd: number
  /** Called when it closes by itself. */
  readonly leaving: (worker: WorkerProcess) => void
}

/** How a worker has ended. */
export interface WorkerEnd {
  /** With its name and its exit code or signal. */
  readonly message: string
  /** What it said that it fails of, with the stack. */
  readonly cause: string | undefined
  /** Whether it had to be killed, as it did not close in time. */
  readonly wasLate: boolean
}

/** One worker, from the start of its process to its end. */
export class WorkerProcess {
  /** Resolves when it listens; rejects when it ends before. */
  readonly listening: Promise<void>
  /** Resolves when its process has ended. */
  readonly gone: Promise<WorkerEnd>
  readonly number: number
  readonly #child: ChildProcess
  // What it said that it fails of.
  #fault: string | undefined
  // What became of its replies; nothing where it did not say.
  #report: CloseReport = sumReports([])
  #hasLeft = false
  #wasLate = false
  #timer: NodeJS.Timeout | undefined
  // Who waits for it to take a certificate, in turn.
  readonly #reloads: ((error: string | undefined) => void)[] = []

  constructor(plan: WorkerPlan) {
    const listening = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<WorkerEnd>()
    this.number = plan.number
    this.listening = listening.promise
    this.gone = gone.promise
    this.#child = start(plan)
    // Not every way to start a worker waits for it.
    listening.promise.catch(() => {})
    const end = (how: string) => {
      clearTimeout(this.#timer)
      const message = `Cannot serve: ${this.name} ${how}`
      listening.reject(this.#toStartError(message))
      gone.resolve({ message, cause: this.#fault, wasLate: this.#wasLate })
    }
    this.#child.on('error', (error) => {
      if (this.#child.pid === undefined) end(`could not be started: ${error.message}`)
    })
    // Not `exit`: the last message may come after that.
    this.#child.on('close', (code, signal) => end(toHow(code, signal)))
    this.#child.on('disconnect', () => this.#onDisconnect())
    this.#child.on('message', (message) => {
      if (isWorkerMessage(message)) this.#onMessage(message, { plan, listens: listening.resolve })
    })
  }

  get name(): string {
    return `worker ${this.number} (process ${this.#child.pid})`
  }

  /** Has it say that it is about to close. */
  leave(): void {
    const order: LeaveOrder = { millrace: 'leave' }
    if (!this.#hasLeft) this.#child.send(order, undefined, undefined, () => {})
  }

  /** Lets its live replies end within the grace; resolves when its process has ended, which is killed if need be. */
  async close(grace: number, linger = 0): Promise<CloseReport> {
    const order: CloseOrder = { millrace: 'close', grace: Math.min(grace, LONGEST_TIMER), linger }
    if (this.#hasLeft) this.#onClosed()
    else {
      // An error here is its end, which is waited for.
      this.#child.send(order, undefined, undefined, () => {})
      this.#kill(grace + CLOSING_LIMIT, 'SIGKILL', () => (this.#wasLate = true))
    }
    await this.gone
    return this.#report
  }

  /**
   * Has it take this certificate for the connections that come; resolves when it has, or when it has gone.
   * @throws Error when it cannot.
   */
  async reload(tls: TlsPlan): Promise<void> {
    if (this.#hasLeft) return
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#reloads.push(resolve)
    const order: ReloadOrder = { millrace: 'reload', tls }
    this.#child.send(order, undefined, undefined, () => {})
    const error = await promise
    if (error !== undefined) throw new Error(`Cannot reload the certificate of ${this.name}: ${error}`)
  }

  /** Ends its process at once. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.gone
  }

  #onMessage(message: WorkerMessage, { plan, listens }: { plan: WorkerPlan; listens: () => void }): void {
    if (message.millrace === 'listening') listens()
    else if (message.millrace === 'leaving') plan.leaving(this)
    else if (message.millrace === 'closed') this.#report = message.report
    else if (message.millrace === 'reloaded') this.#reloads.shift()?.(message.error)
    else if (message.millrace === 'loaded') loadedFiles.tell(message.files)
    else this.#fault = message.text
  }

  #onDisconnect(): void {
    this.#hasLeft = true
    for (const reloaded of this.#reloads.splice(0)) reloaded(undefined)
    if (this.#timer) this.#onClosed()
  }

  // Its replies have ended. What its script still does keeps the process for some time.
  #onClosed(): void {
    this.#kill(EXIT_LIMIT, 'SIGTERM', () => this.#kill(KILL_LIMIT, 'SIGKILL'))
  }

  #kill(after: number, signal: NodeJS.Signals, then: () => void = () => {}): void {
    clearTimeout(this.#timer)
    const kill = () => {
      this.#child.kill(signal)
      then()
    }
    this.#timer = setTimeout(kill, Math.min(after, LONGEST_TIMER))
  }

  #toStartError(message: string): Error {
    const [why] = this.#fault?.split('\n', 1) ?? []
    const text = `${message} before it listened${why === undefined ? '' : `: ${why}`}`
    return new WorkerError('WORKER_ENDED', text, { cause: this.#fault })
  }
}

function toHow(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `has ended with exit code ${code}` : `was ended by ${signal}`
}

function start({ number, script, fd }: WorkerPlan): ChildProcess {
  return fork(script, process.argv.slice(2), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', fd],
    env: { ...process.env, MILLRACE_WORKER: String(number) },
    execArgv: [...process.execArgv, ...toInspectPort(), '--import', entry],
  })
}

// Every process needs a port of its own for its debugger.
function toInspectPort(): string[] {
  return process.execArgv.some((one) => one.startsWith('--inspect')) ? ['--inspect-port=0'] : []
}

// From source the file is TypeScript, from the package JavaScript.
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './watch-worker.ts' : './watch-worker.js',
  import.meta.url,
).href
