import { isBytes } from '../../body/block.ts'
import { isPromiseLike } from '../../body/run-closers.ts'
import type { Context } from '../../context/context.ts'
import { toError } from '../../delivery/errors.ts'
import type { Middleware, Replyable } from '../../gateway/handler.ts'
import { toReply } from '../../gateway/to-reply.ts'
import { endingOf } from '../ending-of.ts'
import { endAttributes, spanAttributes, spanName } from './span-attributes.ts'
import type { FieldGetter, Span, SpanInit, TraceContext, TracingApi } from './tracing-api.ts'
import {
  ReplyTimes,
  type WatchedEnd,
  WatchedReplies,
  type WatchedRequest,
  type Watching,
} from '../watched-replies.ts'

export interface TracingOptions {
  /** The name of the tracer, `millrace` by default. */
  name?: string
  /** Milliseconds; a wait for the client that is as long becomes an event of the span; 1,000 by default. */
  longWait?: number
}

/** Middleware that makes the span of a reply the active one, and can be told to stop. */
export type Tracing = Middleware & Watching

class TracedReply extends ReplyTimes {
  readonly span: Span

  constructor(request: WatchedRequest, span: Span) {
    super(request)
    this.span = span
  }
}

// Milliseconds that a request must have waited for the application before that shows.
const WAIT = 2

// Where the context of a request keeps the one of its span.
const KEY = Symbol('millrace.trace-context')

/**
 * Makes a span for each reply of the servers in this process, from its request to its close, below the span that the
 * request names (`traceparent`, as the propagator of the API reads it). What it returns is middleware: inside of it the
 * span is the active one, in the handler and in each block of its body. Without that there are the spans alone.
 */
export function tracing(api: TracingApi, options: TracingOptions = {}): Tracing {
  const { name = 'millrace', longWait = 1000 } = options
  const tracer = api.trace.getTracer(name)
  const replies = new WatchedReplies<TracedReply>({
    task: 'trace a reply',
    read: (request) => {
      const parent = api.propagation.extract(api.ROOT_CONTEXT, request, fields)
      const attributes = spanAttributes(request)
      const init = { kind: api.SpanKind.SERVER, attributes, ...beforeNow(request) }
      const span = tracer.startSpan(spanName(request, request.route), init, parent)
      request.context?.state.set(KEY, api.trace.setSpan(parent, span))
      return new TracedReply(request, span)
    },
    redirected: ({ span, request }, { path, route }) => {
      span.addEvent('redirected internally', { 'url.path': path })
      if (route !== undefined) span.updateName(spanName(request, route))
    },
    firstBlock: ({ span }) => void span.addEvent('first block', {}),
    resumed: ({ span }, wait) => {
      if (wait >= longWait) span.addEvent('waited for the client', { 'millrace.wait_ms': Math.round(wait) })
    },
    closed: (reply, end) => endSpan(api, reply.span, end),
  })
  const middleware: Middleware = (handler) => (context) => {
    const active = traceContextOf(context)
    return active ? api.context.with(active, () => keepContext(handler(context))) : handler(context)
  }
  const stop = () => replies.stop()
  return Object.assign(middleware, { stop, [Symbol.dispose]: stop })
}

// A span that is told its start takes every other time of it from a clock of whole milliseconds: only where it matters.
function beforeNow({ startedAt }: WatchedRequest): Pick<SpanInit, 'startTime'> {
  return performance.now() - startedAt < WAIT ? {} : { startTime: startedAt }
}

function endSpan(api: TracingApi, span: Span, end: WatchedEnd): void {
  const { outcome } = end
  const ending = endingOf(outcome)
  const attributes = endAttributes(end, ending)
  span.setAttributes(attributes)
  if (attributes['error.type'] !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR })
  if (ending === 'failed' || ending === 'refused') span.recordException(toError(outcome.error))
  span.end()
}

// A body runs where it was made a body (G9): one that the server would make of the answer is made here.
function keepContext(answer: Replyable | Promise<Replyable>): Replyable | Promise<Replyable> {
  if (isPromiseLike(answer)) return Promise.resolve(answer).then(keepContext)
  return typeof answer === 'string' || isBytes(answer) ? answer : toReply(answer, false)
}

function traceContextOf({ state }: Context): TraceContext | undefined {
  const context: unknown = state.get(KEY)
  return isTraceContext(context) ? context : undefined
}

function isTraceContext(value: unknown): value is TraceContext {
  return typeof value === 'object' && value !== null && 'getValue' in value
}

const fields: FieldGetter<WatchedRequest> = {
  get: ({ reply }, key) => reply.requestField(key.toLowerCase()),
  keys: ({ context }) => [...(context?.headers.keys() ?? [])],
}
