import { expect, it, vi } from 'vitest'
import type { Listener } from '../listener.ts'
import { Drain } from './drain.ts'
import { DrainingListener } from './draining-listener.ts'

it('DrainingListener closes first, then tells, and reports when every reply is over', async () => {
  const drain = new Drain()
  const told: string[] = []
  const inner: Listener = { port: 80, close: vi.fn<Listener['close']>(async () => void told.push('close')) }
  const listener = new DrainingListener(inner, drain)
  const reply = {
    slot: -1,
    describe: () => ({ method: 'GET', path: '/', protocol: 'HTTP/1.1' }),
    drain: () => void told.push('drain'),
    askLast: () => {},
    abort: () => void told.push('abort'),
  }
  drain.add(reply)
  const closing = listener.close(5, 7)
  expect(inner.close).toHaveBeenCalledExactlyOnceWith(5, 7)
  expect(told).toEqual(['close', 'drain'])
  listener.abort()
  expect(told.at(-1)).toBe('abort')
  drain.remove(reply, { kind: 'shutdown', bytes: 1, blocks: 1 })
  const report = await closing
  expect(report.aborted).toHaveLength(1)
  expect(await drain.closed.promise).toEqual(report)
  expect([listener.port, listener.reloadTls]).toEqual([80, undefined])
})
