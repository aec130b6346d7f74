import type { Handler, Middleware } from './handler.ts'

/** Wraps a handler in middleware, the first outermost; folded once, not walked for each request. */
export function stack(handler: Handler, middleware: readonly Middleware[]): Handler {
  return middleware.reduceRight((inner, wrap) => wrap(inner), handler)
}
