import type { Server as NetServer } from 'node:net'
import type { Protocol } from './protocol.ts'
import type { TlsPlan } from './tls/tls-options.ts'

/** The way into a port: what listens, and gives each connection to the protocol that its client speaks. */
export interface Entrance {
  readonly server: NetServer
  /** Ends the connections whose clients have not said yet what they speak. */
  drop?(): void
  /** Has this certificate for the connections that come. */
  reload?(tls: TlsPlan): void
}

/** What a port may speak. */
export interface Protocols {
  readonly http1: Protocol
  /** Undefined where it is not offered. */
  readonly http2: Protocol | undefined
}
