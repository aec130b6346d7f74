// One place for the signals of the process, whatever the number of its servers: each is told of the first, and the second
// ends the process when everything has been cut.
import { constants } from 'node:os'
import { isPromiseLike } from '../../body/run-closers.ts'

// Milliseconds in which a signal of the same name is the same: a terminal sends it to all processes, and npm passes it on.
const REPEAT = 300

type StopSignal = 'SIGTERM' | 'SIGINT'
const stopSignals: readonly StopSignal[] = ['SIGTERM', 'SIGINT']

/** What a process has of signals. */
export interface SignalSource {
  on(name: StopSignal, listener: (name: StopSignal) => void): unknown
  off(name: StopSignal, listener: (name: StopSignal) => void): unknown
  exit(code: number): void
}

/** What is to be stopped by a signal. */
export interface Stoppable {
  /** The first signal. */
  stop(): void
  /** The second: what is live is to be cut, as the process ends when this has come to its end. */
  abort(): Promise<void> | void
}

/** The signals that end a process, for those that have something to do before. */
export class StopSignals {
  readonly #source: SignalSource
  readonly #now: () => number
  readonly #stoppables = new Set<Stoppable>()
  #first: { name: StopSignal; at: number } | undefined

  constructor(source: SignalSource, now = () => performance.now()) {
    this.#source = source
    this.#now = now
  }

  /** Listens for the signals, until `delete` has been called for everybody. */
  add(stoppable: Stoppable): void {
    if (this.#stoppables.size === 0) for (const name of stopSignals) this.#source.on(name, this.#onSignal)
    this.#stoppables.add(stoppable)
  }

  delete(stoppable: Stoppable): void {
    if (!this.#stoppables.delete(stoppable) || this.#stoppables.size > 0) return
    for (const name of stopSignals) this.#source.off(name, this.#onSignal)
    this.#first = undefined
  }

  readonly #onSignal = (name: StopSignal): void => {
    const first = this.#first
    const at = this.#now()
    if (!first) {
      this.#first = { name, at }
      for (const stoppable of this.#stoppables) stoppable.stop()
    } else if (first.name !== name || at - first.at >= REPEAT) this.#exit(name)
  }

  #exit(name: StopSignal): void {
    const exit = () => this.#source.exit(128 + constants.signals[name])
    const aborted = [...this.#stoppables].map((stoppable) => stoppable.abort()).filter(isPromiseLike)
    if (aborted.length === 0) exit()
    else void Promise.allSettled(aborted).then(exit)
  }
}

/** Those of this process. */
export const processSignals = new StopSignals(process)
