import { describeValue } from '../body/block.ts'
import type { Handler, Middleware } from './handler.ts'

/**
 * Wraps a handler in middleware, the first outermost; folded once, not walked for each request.
 * @throws TypeError for middleware that is no function, or gives none.
 */
export function stack(handler: Handler, middleware: readonly Middleware[]): Handler {
  return middleware.reduceRight((inner, wrap, index) => {
    const wrapped: unknown = typeof wrap === 'function' ? wrap(inner) : undefined
    if (isHandler(wrapped)) return wrapped
    const fault = typeof wrap === 'function' ? `gives ${describeValue(wrapped)}` : `is ${describeValue(wrap)}`
    throw new TypeError(
      `Cannot use middleware ${index + 1}: it ${fault}; give a function that takes a handler and returns one`,
    )
  }, handler)
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}
