import { describe, expect, it, vi } from 'vitest'
import { createContext } from '../../test/support/create-context.ts'
import type { Handler, Middleware } from './handler.ts'
import { stack } from './stack.ts'

const context = createContext()

describe('stack', () => {
  it('wraps a handler, the first outermost', () => {
    const name =
      (letter: string): Middleware =>
      (inner) =>
      (given) =>
        `${letter}(${String(inner(given))})`
    expect(stack(() => 'handler', [name('a'), name('b')])(context)).toBe('a(b(handler))')
  })

  it('is folded once, not for each request', () => {
    const wrap = vi.fn<Middleware>((inner) => inner)
    const handler = stack(() => 'x', [wrap])
    handler(context)
    handler(context)
    expect(wrap).toHaveBeenCalledOnce()
  })

  it('is the handler itself without middleware', () => {
    const handler: Handler = () => 'x'
    expect(stack(handler, [])).toBe(handler)
  })
})
