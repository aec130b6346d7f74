// Watchers subscribe to these channels; nothing in millrace imports a watcher. docs/delivery.md has the table.
import { channel } from 'node:diagnostics_channel'
import type { Framing } from './framing.ts'
import type { Outcome } from './sink.ts'

/** What every message carries: the object that stands for one reply, the context where the server made it. */
export interface ReplyMoment {
  reply: object
}

/** What of a body was handed to the transport so far, whether its client has taken it or not. */
export interface Progress {
  /** Without framing. */
  readonly bytes: number
  /** Non-empty blocks. */
  readonly blocks: number
}

/** A reply of a server, as its messages show it. */
export interface WatchedReply {
  readonly progress: Progress
  /** The value of a field of the request by its name in lower case; the first, where there are several. */
  requestField(name: string): string | undefined
}

/**
 * A request was read: its handler is about to run, or it is answered without one. `C` is the context, of a type that is
 * known in higher layers.
 */
export interface RequestMoment<C extends object = object> extends ReplyMoment {
  reply: WatchedReply
  method: string
  /** Without the query; as it was sent, where the request could not be read or was refused for a limit. */
  path: string
  /** The pattern of the route that has matched, undefined for none. */
  route: string | undefined
  /** `HTTP/1.1`, and so on. */
  protocol: string
  remoteAddress: string | undefined
  /** Undefined for a request that could not be read, or was refused for a limit. */
  context: C | undefined
  /**
   * When the request has arrived, of `performance.now()`: in the transmitter, where another thread has the connection;
   * otherwise when the application has read it, which may be long after that.
   */
  startedAt: number
}

/**
 * Who is waited for:
 * - `handler`: the application has not answered; there is no head.
 * - `connection`: an earlier reply on the same connection is being sent; there is no head.
 * - `first-block`: the application makes the first block, or a body that is collected; there is no head.
 * - `block`: the application makes the next block.
 * - `client`: the client does not read; the source rests, or the end of the body waits to leave.
 * - `close`: nothing more is sent; the application closes what the reply was made from.
 */
export type Awaited = 'handler' | 'connection' | 'first-block' | 'block' | 'client' | 'close'

/** A reply for who looks at it now and then, in place of being told of each moment. */
export interface LiveReply<C extends object = object> extends WatchedReply {
  /** Of the head that went out, undefined for none. */
  readonly status: number | undefined
  /** `Content-Encoding` of that head. */
  readonly encoding: string | undefined
  readonly awaits: Awaited
  /** What the message of its request says, or would have said. */
  toRequest(): RequestMoment<C>
}

/** The live replies of one server; each with the time of {@link RequestMoment.startedAt}. */
export interface LiveReplies<C extends object = object> extends Iterable<readonly [LiveReply<C>, number]> {
  readonly count: number
  /** Which of the workers the process is, undefined for none. */
  readonly worker: number | undefined
}

/** A watcher asks for the live replies: each server of the process gives its own, at once. */
export interface CallMoment<C extends object = object> {
  take(replies: LiveReplies<C>): void
}

/** The reply is not among the live ones any more. */
export interface OverMoment<C extends object = object> extends ReplyMoment {
  reply: LiveReply<C>
  /** As `reply-closed` tells it; undefined for text and bytes that had nothing to wait for when they were handed over. */
  outcome: Outcome | undefined
  /** See {@link RequestMoment.startedAt}. */
  startedAt: number
}

/** The head went out. */
export interface CommitMoment extends ReplyMoment {
  framing: Framing
  /** Undefined where another host has sent the head. */
  status?: number | undefined
}

/** Bytes of one or more blocks were handed to the transport. */
export interface SentMoment extends ReplyMoment {
  /** Bytes of the body so far, without framing. */
  bytes: number
  /** Non-empty blocks so far. */
  blocks: number
}

/**
 * The reply is over and its source is closed. The outcome of a request that was answered in place of what has failed is
 * `refused`. Where another host has sent the reply, it knows no more than `outcome` and `errors`.
 */
export interface ClosedMoment<C extends object = object> extends ReplyMoment {
  outcome: Outcome
  /** What the closers threw. */
  errors: readonly unknown[]
  /** Of the head that went out, undefined for none. */
  status?: number | undefined
  method?: string
  path?: string
  route?: string | undefined
  context?: C | undefined
}

export const requestRead = channel('millrace:request-read')
/** The request has another path from here on, for the server alone: a message like that of the request. */
export const requestRedirected = channel('millrace:request-redirected')
export const headCommitted = channel('millrace:head-committed')
/** The first block of a body was handed to the transport, or a whole body. */
export const firstBlockSent = channel('millrace:first-block-sent')
export const blockSent = channel('millrace:block-sent')
/** The client does not read: the source is not asked until it does. */
export const clientAwaited = channel('millrace:client-awaited')
/** The client has read on. */
export const clientResumed = channel('millrace:client-resumed')
export const replyClosed = channel('millrace:reply-closed')
/** After that; and alone where text or bytes of a handler went out the short way, which this does not make longer. */
export const replyOver = channel('millrace:reply-over')
/** Published by a watcher, listened to by the servers. */
export const repliesCalled = channel('millrace:replies-called')
