import type { Context } from '../context/context.ts'
import type { ErrorPages } from '../gateway/error-pages.ts'
import type { Match } from '../gateway/router.ts'
import type { LiveReply } from '../delivery/channels.ts'
import type { Drain, DrainedReply } from './drain/drain.ts'
import type { NodeRequestOptions } from './http1/node-request.ts'

/** A reply as its server keeps it, and as it is told of it. */
export type ServedReply = DrainedReply & LiveReply<Context>

/** What the exchanges of one server share. */
export interface Application extends NodeRequestOptions {
  /** Finds what answers a request. */
  find(method: string, path: string): Match
  /** Makes the replies to what was thrown before a head went out. */
  readonly errorPages: ErrorPages
  /** Milliseconds that a handler may take to answer; Infinity for as long as it wants. */
  readonly handlerTimeout: number
  /** The live replies, and what becomes of them when the server closes. */
  readonly drain: Drain<ServedReply>
  /** Told of every fault, once: what a handler, a body or a closer threw. */
  report(error: unknown, context: Context | undefined): unknown
}
