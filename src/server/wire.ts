import type { Bytes } from '../body/block.ts'
import type { RequestFacts } from '../context/request-context.ts'
import type { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import type { Framing, HttpVersion } from '../delivery/framing.ts'
import type { FirstBlock, Sink } from '../delivery/sink.ts'
import type { HttpError } from '../reply/http-error.ts'
import type { Coding, PlainBody } from '../reply/selection/encoded-blocks.ts'

/** A reply that is being made on a connection. */
export interface Live {
  /** Breaks it off. */
  abort(reason: ClientGone | ShuttingDown): void
  /** The request cannot be read to its end: nothing was answered yet, and this is the answer. */
  giveUp?(error: HttpError): void
  /**
   * Asks a client that has closed its side whether it is there, with what it takes no notice of; false where there is
   * no place for that. One that is gone answers with a reset.
   */
  ask?(): boolean
}

/** A head as it goes out. */
export interface Head {
  readonly status: number
  readonly reason: string
  /** Names and values in turn. */
  readonly fields: string[]
  readonly framing: Framing
  /** Whether the connection may be used for another request; a transport may have reasons of its own to end it. */
  readonly stays: boolean
  /** What the body is to be encoded with behind the wire; it is not yet. */
  readonly coding?: Coding | undefined
}

/** A head that is decided when it is known how the body begins. */
export interface PendingHead {
  /** Decides the framing; throws for a head that cannot be sent. */
  frame(first: FirstBlock): Framing
  /** Writes it; throws, with nothing written, for a field that the transport refuses. */
  write(framing: Framing): void
}

/** What a server says of all its requests. */
export interface RequestLimits {
  /** Bytes that a request body may have. */
  readonly maxRequestBytes: number
}

/** One request and the way back to its client: what an exchange needs of a transport, whatever that is. */
export interface Wire {
  readonly method: string
  readonly version: HttpVersion
  /** As it was sent, for who watches: also where the request cannot be read. */
  readonly target?: string | undefined
  readonly remoteAddress?: string | undefined
  /** Names and values in turn, as they were sent: also where the request cannot be read. */
  readonly fields?: readonly string[]
  /** When another thread has read the request, of `performance.now()` of this one. */
  readonly arrivedAt?: number
  /** True when the client has said that it takes trailers (RFC 9110 §6.5.1). */
  readonly takesTrailers: boolean
  /** False while the reply to an earlier request of the connection is being sent. */
  readonly isNext: boolean
  /** True when a body that goes block by block can be encoded behind the wire, by another thread. */
  readonly encodes?: boolean
  /** Calls back when {@link isNext} has become true; never when the connection goes first. */
  whenNext(callback: () => void): void
  /**
   * What the request says.
   * @throws HttpError 400 for a target or a `Host` that is malformed, 413 for a body that is announced too long.
   */
  readRequest(): RequestFacts
  /** The reply begins to be made: from here on it is told when the client leaves. */
  open(live: Live): void
  /** Nothing is left to be done for the reply. */
  close(live: Live): void
  writeHead(head: Head): void
  /**
   * Ends the reply after its head, with the whole body if there is one. Calls back when all of it is with the operating
   * system; never when the connection is gone first.
   */
  end(bytes: Uint8Array | undefined, ended: () => void): void
  /** Sends text or bytes as a whole reply of status 200, the short way: most replies of most servers go it. */
  sendPlain(body: string | Bytes, stays: boolean): void
  /** True while a reply that was ended is not with the operating system as a whole, where the wire can tell. */
  readonly isHeld?: boolean
  /**
   * Calls back when all of a plain reply is with the operating system, at once where it is already; never when the
   * connection is gone first. Where it is missing, a reply that somebody watches does not go the short way.
   */
  whenSent?(callback: () => void): void
  /**
   * The way for a body that goes block by block; the reply must be the next. `begin` is given only to a wire that
   * encodes, and decides with what.
   */
  toSink(head: PendingHead, begin?: PlainBody['begin']): Sink
  /** See {@link Live.ask}. */
  ask?(): boolean
  /** Breaks the connection off. */
  destroy(): void
}

/** The facts of a request as its connection has them, to be told to another thread. */
export interface ServedRequest extends RequestFacts {
  readonly authority: string
  /** Names and values in turn, as they were sent. */
  readonly fields: readonly string[]
  readonly hasBody: boolean
}

/** A wire in the thread that has the connection. */
export interface ServedWire extends Wire {
  readonly fields: readonly string[]
  readRequest(): ServedRequest
  /** Breaks the reply off so that a body that is ended by closing does not look complete. */
  reset(): void
}
