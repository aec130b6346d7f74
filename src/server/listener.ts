import type { RestartPlan } from './drain/drain-options.ts'
import type { MinRate } from './guard/rate-guard.ts'
import type { HealthPaths } from './health/health-answers.ts'
import type { Limits } from './limits/limits.ts'
import type { RefusedRequest } from './moments/tell-refused.ts'
import type { TlsPlan } from './port/tls/tls-options.ts'
import type { Wire } from './wire.ts'

/** Takes requests from clients, until it is closed. */
export interface Listener {
  /** The port that it listens on. */
  readonly port: number
  /**
   * Is about to be closed: it still takes requests, says that it drains, and ends each connection after one more reply.
   */
  leave?(): void
  /**
   * Takes no more, lets live replies end for so many milliseconds, and breaks the rest off; always resolves. Idle
   * connections end at once, or where it lingers, after one more reply, and at the latest after so many milliseconds.
   * Where it is called again, the shorter time holds.
   */
  close(grace: number, linger?: number): Promise<void>
  /**
   * Puts new processes in the place of those that listen, which drain within so many milliseconds; their idle connections
   * linger. It can be given up while one starts.
   */
  restart?(plan: RestartPlan): Promise<void>
  /**
   * Has this certificate for the connections that come; those that there are go on. Only where it encrypts.
   * @throws Error when OpenSSL refuses it: the old one stays.
   */
  reloadTls?(tls: TlsPlan): Promise<void>
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
  /** What else a client may ask; the defaults where it is missing. */
  readonly limits?: Limits | undefined
  /** What a client must take of its reply; undefined for no limit. */
  readonly minRate?: MinRate | undefined
  /** Where the server is asked for its health; undefined for nowhere. */
  readonly health?: HealthPaths | undefined
  /** How connections are encrypted; undefined where they are not. */
  readonly tls?: TlsPlan | undefined
  /** Whether a plain port takes HTTP/2 with prior knowledge beside HTTP/1.x. */
  readonly h2c?: boolean | undefined
  /** Called for each request. */
  readonly answer: (wire: Wire) => void
  /** Told of each request that was answered in its place for a limit, when that is over; undefined for nobody. */
  readonly refused?: ((request: RefusedRequest) => void) | undefined
  /** Told of what goes wrong outside any reply. */
  readonly report: (error: unknown) => void
}
