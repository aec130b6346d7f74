import { afterEach, expect, it, vi } from 'vitest'
import type { Listener } from '../listener.ts'
import { Drain } from './drain.ts'
import { DrainingListener } from './draining-listener.ts'

afterEach(() => void vi.useRealTimers())

it('DrainingListener closes first, then tells, and reports when every reply is over', async () => {
  const drain = new Drain()
  const told: string[] = []
  const inner: Listener = { port: 80, close: vi.fn<Listener['close']>(async () => void told.push('close')) }
  const listener = new DrainingListener(inner, drain)
  const reply = {
    slot: -1,
    progress: { bytes: 1, blocks: 1 },
    outcome: undefined,
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

// Neither its connections nor its reply ever come to their end.
function setUpStuck() {
  vi.useFakeTimers()
  const drain = new Drain()
  const never = Promise.withResolvers<void>().promise
  const inner: Listener = { port: 80, close: vi.fn<Listener['close']>(() => never) }
  drain.add({
    slot: -1,
    progress: { bytes: 7, blocks: 2 },
    outcome: undefined,
    describe: () => ({ method: 'GET', path: '/stuck', protocol: 'HTTP/1.1' }),
    drain: () => {},
    askLast: () => {},
    abort: () => {},
  })
  const ended = vi.fn<() => void>()
  return { drain, ended, listener: new DrainingListener(inner, drain) }
}

it.each([
  [100, 0, 4100],
  [100, 500, 4500],
  [Infinity, 0, 2 ** 31 - 1],
])(
  'DrainingListener, with a grace of %d ms and a linger of %d, gives up after %d, and names what it gives up',
  async (grace, linger, limit) => {
    const { drain, ended, listener } = setUpStuck()
    const closing = listener.close(grace, linger)
    void closing.then(ended)
    await vi.advanceTimersByTimeAsync(limit - 1)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveBeenCalledOnce()
    const { aborted } = await closing
    expect(aborted).toMatchObject([{ path: '/stuck', bytes: 7, blocks: 2 }])
    expect(await drain.closed.promise).toMatchObject({ aborted })
    expect(vi.getTimerCount()).toBe(0)
  },
)

it('DrainingListener gives up at the earlier end where it is closed again', async () => {
  const { ended, listener } = setUpStuck()
  const first = listener.close(60_000)
  void first.then(ended)
  const second = listener.close(0)
  await vi.advanceTimersByTimeAsync(4000)
  expect(ended).toHaveBeenCalledOnce()
  expect([await first, await second]).toMatchObject([{ aborted: [{ path: '/stuck' }] }, { aborted: [{}] }])
  expect(vi.getTimerCount()).toBe(0)
})
