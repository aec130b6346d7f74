import { setTimeout } from 'node:timers/promises'
import type { SseItem } from 'millrace/formats'

export interface ClockOptions {
  /** Ends every clock with a last event: the server is closing. */
  readonly stopping: AbortSignal
  /** Milliseconds between two ticks, 1,000 by default. */
  readonly every?: number
}

/** Ticks for any number of clients, each of which is told how many there are. */
export class Clock {
  readonly #stopping: AbortSignal
  readonly #every: number
  #watching = 0

  constructor({ stopping, every = 1_000 }: ClockOptions) {
    this.#stopping = stopping
    this.#every = every
  }

  /** How many clients are being told the time. */
  get watching(): number {
    return this.#watching
  }

  /** An event at once and then one for each tick, until the client leaves or the server stops. */
  async *ticks(signal: AbortSignal): AsyncGenerator<SseItem, void, undefined> {
    const ended = AbortSignal.any([signal, this.#stopping])
    this.#watching++
    try {
      for (let tick = 0; !ended.aborted; tick++) {
        yield `${new Date().toISOString().slice(11, 19)}  tick ${tick}  ${this.#describeWatchers()}`
        await waitUntil(this.#every, ended)
      }
      if (!signal.aborted) yield { event: 'bye', data: 'The server is closing. Good-bye.' }
    } finally {
      this.#watching--
    }
  }

  #describeWatchers(): string {
    return this.#watching === 1 ? '1 client is watching' : `${this.#watching} clients are watching`
  }
}

async function waitUntil(milliseconds: number, ended: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal: ended })
  } catch (error) {
    // The wait is over either way; its caller looks at the signal.
    if (!ended.aborted) throw error
  }
}
