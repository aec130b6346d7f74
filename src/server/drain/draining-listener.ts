import { ShuttingDown } from '../../delivery/errors.ts'
import type { Listener } from '../listener.ts'
import type { CloseReport } from './close-report.ts'
import type { Drain } from './drain.ts'

// Milliseconds that what a reply has left open may take to close, when its connection has gone: each closer has 3,000.
const SOURCES_LIMIT = 10_000

/** A listener that says what became of its replies when it was closed. */
export interface ServingListener extends Omit<Listener, 'close'> {
  /** Where there are workers: whether this is their primary, which answers nothing itself, or one of them. */
  readonly role?: 'primary' | 'worker'
  /** As {@link Listener.close}; its live replies are told. */
  close(grace: number, linger?: number): Promise<CloseReport>
  /** Breaks every reply off at once: the process is about to end. */
  abort(): Promise<void> | void
}

/** Tells the replies of a listener when it is closed, whoever closes it. */
export class DrainingListener implements ServingListener {
  readonly reloadTls?: NonNullable<Listener['reloadTls']>
  readonly #listener: Listener
  readonly #drain: Drain

  constructor(listener: Listener, drain: Drain) {
    this.#listener = listener
    this.#drain = drain
    if (listener.reloadTls) this.reloadTls = listener.reloadTls.bind(listener)
  }

  get port(): number {
    return this.#listener.port
  }

  // First nothing new: a reply that ends may be asked for again at once.
  async close(grace: number, linger = 0): Promise<CloseReport> {
    const closed = this.#listener.close(grace, linger)
    this.#drain.begin()
    await closed
    // The transport is done with them; their sources and what their context closes may not be.
    await this.#drain.whenEmpty(SOURCES_LIMIT)
    const { report } = this.#drain
    this.#drain.closed.resolve(report)
    return report
  }

  leave(): void {
    this.#listener.leave?.()
  }

  abort(): void {
    this.#drain.abort(new ShuttingDown('Cannot finish the reply: the process was told to end at once'))
  }
}
