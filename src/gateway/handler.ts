// The contract: a handler answers a context with something that can be sent. Its rules are in docs/contract.md.
import type { Body } from '../body/source.ts'
import type { Context } from '../context/context.ts'

/** Whatever is not a `Response` is the body of a buffered reply, or of a streamed one where the route says so. */
export type Replyable = Response | Body

/** Answers a request; a generator function answers with what it yields. Called once for each request. */
export type Handler = (context: Context) => Replyable | Promise<Replyable>

/** Wraps a handler in another; it must keep the blocks (G11). */
export type Middleware = (handler: Handler) => Handler

/** The methods that a route can answer by name; `GET` answers `HEAD` too. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/** A route with handlers by method, or with one for all of them, and with what holds for all of these. */
export interface RouteOptions extends Partial<Record<Method, Handler>> {
  /** Answers every method that has no handler of its own. */
  handler?: Handler
  /** Wrapped around the handlers of this route, the first outermost, inside those of the server. */
  use?: readonly Middleware[]
  /** Streams plain bodies in place of buffering them. */
  stream?: boolean
}

/** Handlers by pattern: `/cities`, `/cities/:id`, `/files/**`, each with a method in front where only that is meant. */
export type Routes = Readonly<Record<string, Handler | RouteOptions>>
