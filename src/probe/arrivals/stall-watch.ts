import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two looks. */
const resolution = 10
/** What is shorter is usual. */
const least = 50

/** Knows how long this process itself could not read. Who opens it closes it. */
export class StallWatch implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution })

  constructor() {
    this.#delay.enable()
  }

  /** The longest time so far, in milliseconds; undefined where it is too short to change anything. */
  get longest(): number | undefined {
    // What it tells has the interval itself in it.
    const ms = Math.round(this.#delay.max / 1e6) - resolution
    return ms >= least ? ms : undefined
  }

  [Symbol.dispose](): void {
    this.#delay.disable()
  }
}
