import { inspect } from 'node:util'
import { toError } from '../../delivery/errors.ts'
import type { CloseReport } from '../drain/close-report.ts'
import type { ServingListener } from '../drain/draining-listener.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'
import { toPrimary } from './to-primary.ts'
import {
  type CloseOrder,
  isCloseOrder,
  isLeaveOrder,
  isReloadOrder,
  type ReloadOrder,
} from './worker-message.ts'

/** The number of the listening socket in every worker: after the standard streams and the channel. */
export const SOCKET_FD = 4

/** Milliseconds that live replies have to end where the primary has gone. */
const ORPHAN_GRACE = 10_000

/**
 * Listens on the socket of the primary, in a worker, and does what the primary says; resolves when it listens.
 * @throws Error when it cannot listen, or when the primary has gone.
 */
export async function joinPrimary(open: (fd: number) => Promise<ServingListener>): Promise<ServingListener> {
  if (!process.connected) throw new Error('Cannot serve: the process that has started this worker has gone')
  try {
    const listener = new WorkerListener(await open(SOCKET_FD))
    toPrimary.tell({ millrace: 'listening' })
    return listener
  } catch (error) {
    toPrimary.tell({ millrace: 'fault', text: error instanceof Error ? error.message : inspect(error) })
    throw error
  }
}

class WorkerListener implements ServingListener {
  readonly role = 'worker'
  readonly #listener: ServingListener
  #closing: Promise<CloseReport> | undefined

  constructor(listener: ServingListener) {
    this.#listener = listener
    toPrimary.onOrphaned = () => void this.#close(ORPHAN_GRACE).then(() => process.exit(1))
    process.on('message', (message) => {
      if (isCloseOrder(message)) this.#onOrder(message)
      else if (isLeaveOrder(message)) this.#listener.leave?.()
      else if (isReloadOrder(message)) void this.#onReload(message)
    })
  }

  get port(): number {
    return this.#listener.port
  }

  close(grace: number): Promise<CloseReport> {
    // Another worker takes its place.
    if (this.#closing) void this.#listener.close(grace)
    else toPrimary.tell({ millrace: 'leaving' })
    return this.#close(grace)
  }

  abort(): Promise<void> | void {
    return this.#listener.abort()
  }

  async reloadTls(tls: TlsPlan): Promise<void> {
    await this.#listener.reloadTls?.(tls)
  }

  async #onReload({ tls }: ReloadOrder): Promise<void> {
    try {
      await this.reloadTls(tls)
      toPrimary.tell({ millrace: 'reloaded' })
    } catch (error) {
      toPrimary.tell({ millrace: 'reloaded', error: toError(error).message })
    }
  }

  // A worker that drains for a restart may have to end sooner.
  #onOrder({ grace, linger }: CloseOrder): void {
    if (this.#closing) void this.#listener.close(grace, linger)
    else void this.#close(grace, linger)
  }

  #close(grace: number, linger = 0): Promise<CloseReport> {
    this.#closing ??= this.#listener.close(grace, linger).then((report) => {
      toPrimary.leave(report)
      return report
    })
    return this.#closing
  }
}
