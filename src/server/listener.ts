import type { Wire } from './wire.ts'

/** Takes requests from clients, until it is closed. */
export interface Listener {
  /** The port that it listens on. */
  readonly port: number
  /** Takes no more, lets live replies end for so many milliseconds, and breaks the rest off; always resolves. */
  close(grace: number): Promise<void>
}

export interface ListenerPlan {
  readonly port: number
  readonly hostname: string
  /** Connections that may wait for their next request; beyond it a reply ends its connection. */
  readonly maxIdleConnections: number
  /** Bytes that a request body may have. */
  readonly maxRequestBytes: number
  /** Called for each request. */
  readonly answer: (wire: Wire) => void
  /** Told of what goes wrong outside any reply. */
  readonly report: (error: unknown) => void
}
