import type { MinRate } from './guard/rate-guard.ts'
import type { HealthPaths } from './health/health-answers.ts'
import type { Wire } from './wire.ts'

/** Takes requests from clients, until it is closed. */
export interface Listener {
  /** The port that it listens on. */
  readonly port: number
  /**
   * Takes no more, lets live replies end for so many milliseconds, and breaks the rest off; always resolves. Idle
   * connections end at once, or where it lingers, after one more reply, and at the latest after so many milliseconds.
   * Where it is called again, the shorter time holds.
   */
  close(grace: number, linger?: number): Promise<void>
  /** Puts new processes in the place of those that listen, which drain within so many milliseconds. */
  restart?(grace: number): Promise<void>
}

export interface ListenerPlan {
  readonly port: number
  readonly hostname: string
  /** The number of an open socket, which is bound; undefined to bind one to the port. */
  readonly fd?: number | undefined
  /** Connections that may wait for their next request; beyond it a reply ends its connection. */
  readonly maxIdleConnections: number
  /** Bytes that a request body may have. */
  readonly maxRequestBytes: number
  /** What a client must take of its reply; undefined for no limit. */
  readonly minRate?: MinRate | undefined
  /** Where the server is asked for its health; undefined for nowhere. */
  readonly health?: HealthPaths | undefined
  /** Called for each request. */
  readonly answer: (wire: Wire) => void
  /** Told of what goes wrong outside any reply. */
  readonly report: (error: unknown) => void
}
