import { ShuttingDown } from '../../delivery/errors.ts'
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import type { Listener } from '../listener.ts'
import type { CloseReport } from './close-report.ts'
import type { Drain } from './drain.ts'

// Milliseconds after the deadline for which sources, and what contexts close, are waited for: each closer has 3,000, and
// there may be any number. Less than the primary of workers gives, so that a worker still says what it did.
const SOURCES_LIMIT = 4_000

/** A listener that says what became of its replies when it was closed. */
export interface ServingListener extends Omit<Listener, 'close'> {
  /** Where there are workers: whether this is their primary, which answers nothing itself, or one of them. */
  readonly role?: 'primary' | 'worker'
  /** As {@link Listener.close}; its live replies are told. What their sources and contexts never close is not waited for. */
  close(grace: number, linger?: number): Promise<CloseReport>
  /** Breaks every reply off at once: the process is about to end. */
  abort(): Promise<void> | void
}

/** Tells the replies of a listener when it is closed, whoever closes it. */
export class DrainingListener implements ServingListener {
  readonly reloadTls?: NonNullable<Listener['reloadTls']>
  readonly #listener: Listener
  readonly #drain: Drain
  readonly #over = Promise.withResolvers<void>()

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
    const timer = setTimeout(
      () => this.#giveUp(),
      Math.min(Math.max(grace, linger) + SOURCES_LIMIT, LONGEST_TIMER),
    )
    // The transport may be done with them; their sources and what their context closes are not yet.
    void closed.then(() => this.#drain.whenEmpty()).then(this.#over.resolve, this.#over.reject)
    await this.#over.promise
    clearTimeout(timer)
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

  #giveUp(): void {
    this.#drain.giveUp()
    this.#over.resolve()
  }
}
