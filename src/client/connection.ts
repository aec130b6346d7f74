// A client that holds nothing back: what a server sends is told when it is at the socket, in the pieces that it came in.
// Who measures or judges a server (`probe`, `conformance`) asks through it, and learns nothing from a library's buffers.
import type { Framing, HttpVersion } from '../delivery/framing.ts'

/** The protocols that a connection can speak. */
export type ClientProtocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2'

/** Moments of a connection, in milliseconds of `performance.now()`. */
export interface ConnectionTimes {
  readonly started: number
  readonly connected: number
  /** When TLS was agreed on, undefined without TLS. */
  readonly secured: number | undefined
}

/** One connection to a server. Who has opened it closes it. */
export interface Connection extends AsyncDisposable {
  readonly protocol: ClientProtocol
  readonly isSecure: boolean
  readonly times: ConnectionTimes
  /** Sends a request; what comes back is told to the listener, in its order. */
  send(request: OutgoingRequest, listener: ReplyListener): Exchange
  /** Ends the connection at once; exchanges under way end as `left`. */
  close(): void
}

/** A request as it goes out. */
export interface OutgoingRequest {
  method: string
  /** Path and query. */
  target: string
  /** `host:port`, for the field Host or `:authority`. */
  authority: string
  /** Sent as they are, after Host. A body brings its Content-Length along. */
  fields?: readonly (readonly [name: string, value: string])[]
  body?: Uint8Array
}

/** One request and its reply. */
export interface Exchange {
  /** Stops to read: what the server sends piles up in the kernel, then in the server. What is read already is still told. */
  pause(): void
  resume(): void
  /** Leaves in the middle: the connection is cut (HTTP/1), or the stream is reset (HTTP/2). */
  leave(): void
}

/** What a reply is told to. Times are of `performance.now()`, taken when the bytes were read from the socket. */
export interface ReplyListener {
  /** An interim reply, such as 100 or 103. */
  interim?(head: ReplyHead): void
  head?(head: ReplyHead): void
  /** A part of the body. */
  piece?(piece: Piece): void
  trailers?(fields: readonly (readonly [name: string, value: string])[], at: number): void
  /** Always told, and the last but for `extra`. */
  end?(ending: Ending): void
  /**
   * HTTP/1: bytes that came after the end of this reply, while no other was waited for, such as a body longer than its
   * Content-Length or the body of a HEAD. They break the rules (RFC 9112 §6.3), and a request that is sent later ends as cut.
   * Where another reply is waited for already, they are taken for its head instead, which then ends as cut by `framing`.
   */
  extra?(piece: Piece): void
}

/** The head of a reply. */
export interface ReplyHead {
  /** The version that the server says it speaks: an old one may be the answer to a request of HTTP/1.1. */
  readonly version: HttpVersion
  readonly status: number
  /** Empty on HTTP/2. */
  readonly reason: string
  /** As they came, in their order, names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** How the body says where it ends; `stream` is HTTP/2. */
  readonly framing: Framing
  readonly at: number
}

/**
 * A part of a body, as it was framed: a whole chunk of HTTP/1.1 (told when its last byte is there), a DATA frame of HTTP/2,
 * or, where there are no frames, what one reading of the socket gave. A chunk of more than 1 MiB is told in parts of 1 MiB,
 * and of the chunk that a reply was cut off in what came is told, right before the end.
 */
export interface Piece {
  /** Without framing, still encoded; the listener may keep it. */
  readonly bytes: Uint8Array
  /** When its first byte was read. */
  readonly startedAt: number
  /** When its last byte was read. */
  readonly at: number
  /** Counts the readings of the socket: pieces of the same number came together. */
  readonly reading: number
}

/** How a reply has ended. */
export type Ending =
  /** It is whole. `isSure` is false where only the closing of the connection has ended it: nobody can tell a cut from it. */
  | { kind: 'complete'; isSure: boolean; at: number }
  /**
   * It was cut off; `message` says by what, for people. `excess`: the bytes that were sent beyond its Content-Length, where
   * these are what is wrong (HTTP/2; on HTTP/1 they are told to `extra`).
   */
  | { kind: 'cut'; by: CutBy; message: string; excess?: number; at: number }
  /** This side has left. */
  | { kind: 'left'; at: number }

/**
 * `closed`: the connection ended before the end of the reply. `reset`: it was reset. `stream-reset`: RST_STREAM or GOAWAY
 * (HTTP/2). `framing`: what came breaks the rules of the protocol.
 */
export type CutBy = 'closed' | 'reset' | 'stream-reset' | 'framing'

/** How to open a connection. */
export interface ConnectOptions {
  /** The default is HTTP/1.1 for `http:`, and what the server chooses (HTTP/2 before HTTP/1.1) for `https:`. */
  protocol?: ClientProtocol | undefined
  /** Certificates in PEM to trust in place of the system's. */
  ca?: string | Uint8Array | undefined
  /** Takes any certificate. The default is false. */
  insecure?: boolean | undefined
  /** Milliseconds for name, connection and TLS. The default is 10,000. */
  timeout?: number | undefined
  signal?: AbortSignal | undefined
}

/** Why a server could not be asked. */
export type ConnectFault = 'name' | 'refused' | 'unreachable' | 'timeout' | 'tls' | 'protocol' | 'aborted'

/** A server could not be asked; the message says why and what to do. */
export class ConnectError extends Error {
  override name = 'ConnectError'
  readonly fault: ConnectFault

  constructor(fault: ConnectFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
