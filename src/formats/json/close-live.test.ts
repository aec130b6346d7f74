import { describe, expect, it, vi } from 'vitest'
import { closeLate, closeLive, expectPromises } from './close-live.ts'

function source(close: () => unknown) {
  return { [Symbol.iterator]: () => [].values(), close }
}

describe('closeLive', () => {
  it('G5: closes each source once, wherever it stands, and tells what closers threw', async () => {
    const close = vi.fn<() => void>()
    const once = source(close)
    const error = new Error('Cannot close the cursor')
    const values = [{ a: once, b: [once] }, source(() => Promise.reject(error)), 'text', 1, null]
    expect(await closeLive(values)).toEqual([error])
    expect(close).toHaveBeenCalledOnce()
  })

  it('G5: closes what a promise gives, when it gives it', async () => {
    const close = vi.fn<() => void>()
    const later = Promise.withResolvers<object>()
    expect(await closeLive([later.promise, Promise.reject(new Error('nobody waits for it'))])).toEqual([])
    later.resolve({ rows: source(close) })
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce())
  })

  it('does not begin a query that begins when it is waited for', async () => {
    const then = vi.fn<() => void>()
    expect(await closeLive([{ then }])).toEqual([])
    expectPromises({ query: { then } })
    expect(then).not.toHaveBeenCalled()
  })

  it('lets others have their turn while it looks through much', async () => {
    const log: string[] = []
    setImmediate(() => log.push('another turn'))
    await closeLive(Array.from({ length: 10_000 }, () => ({ a: 1 })))
    log.push('closed')
    expect(log).toEqual(['another turn', 'closed'])
  })
})

it('closeLate makes a warning of what closers throw', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const error = new Error('too late')
  await closeLate(source(() => Promise.reject(error)))
  expect(warned).toHaveBeenCalledExactlyOnceWith(error)
  warned.mockRestore()
})

it('expectPromises keeps a failure from ending the process before the document comes to it', async () => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  expectPromises({ a: [Promise.reject(new Error('expected'))] })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
