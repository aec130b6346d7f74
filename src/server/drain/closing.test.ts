import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sumReports } from './close-report.ts'
import { checkSignals, Closing, type ClosingPlan } from './closing.ts'
import { toDrainSettings } from './drain-options.ts'
import { Drain } from './drain.ts'
import type { ServingListener } from './draining-listener.ts'
import { StopSignals } from './stop-signals.ts'

afterEach(() => vi.restoreAllMocks())

const report = { ...sumReports([]), ended: 2 }

function setUp({
  signals = false,
  role,
  ...plan
}: Partial<ClosingPlan['settings']> & Pick<ServingListener, 'role'> = {}) {
  const source = new EventEmitter()
  const exit = vi.fn<(code: number) => void>()
  const closed = Promise.withResolvers<typeof report>()
  const listener = {
    port: 80,
    close: vi.fn<ServingListener['close']>(() => closed.promise),
    abort: vi.fn<() => void>(),
    ...(role && { role }),
  }
  const drain = new Drain()
  const controller = new AbortController()
  const closing = new Closing({
    listener,
    drain,
    settings: { ...toDrainSettings({ signals }), ...plan },
    signal: controller.signal,
    signals: new StopSignals({
      on: (name, hear) => source.on(name, hear),
      off: (name, hear) => source.off(name, hear),
      exit,
    }),
  })
  return { closing, listener, drain, controller, source, exit, finish: () => closed.resolve(report) }
}

describe('Closing', () => {
  it('closes once, with the settings, and takes an earlier deadline', async () => {
    const { closing, listener, drain, finish } = setUp({ grace: 5000 })
    const first = closing.close()
    expect(closing.close({ grace: 9000 })).toBe(first)
    expect(closing.close({ grace: 20 })).toBe(first)
    expect(closing.close({ grace: 5000 })).toBe(first)
    expect(listener.close.mock.calls.map(([grace]) => grace)).toEqual([5000, 20])
    finish()
    expect(await first).toBe(report)
    expect(await drain.closed.promise).toBe(report)
  })

  it('has the last block of the settings, or of close()', () => {
    const settings = () => 'settings'
    const given = () => 'given'
    const one = setUp({ lastBlock: settings })
    void one.closing.close()
    expect(one.drain.lastBlock).toBe(settings)
    const two = setUp({ lastBlock: settings })
    void two.closing.close({ lastBlock: given })
    expect(two.drain.lastBlock).toBe(given)
  })

  it('refuses a last block in a primary, whose workers make the replies', () => {
    const { closing, listener } = setUp({ role: 'primary' })
    expect(() => closing.close({ lastBlock: () => 'x' })).toThrow('the replies are in the workers')
    expect(listener.close).not.toHaveBeenCalled()
  })

  it('closes when the signal aborts', () => {
    const { controller, listener } = setUp()
    controller.abort()
    expect(listener.close).toHaveBeenCalledOnce()
  })

  it('closes at the first signal of the process, says what it did, and listens no more', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { source, listener, finish, drain } = setUp({ signals: true })
    source.emit('SIGTERM', 'SIGTERM')
    expect(listener.close).toHaveBeenCalledOnce()
    finish()
    await drain.closed.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toHaveBeenCalledExactlyOnceWith('millrace: drained: 2 replies ended\n')
    expect(source.listenerCount('SIGTERM') + source.listenerCount('SIGINT')).toBe(0)
  })

  it('cuts everything at the second', () => {
    const { source, listener, exit } = setUp({ signals: true })
    source.emit('SIGTERM', 'SIGTERM')
    source.emit('SIGINT', 'SIGINT')
    expect(listener.abort).toHaveBeenCalledOnce()
    expect(exit).toHaveBeenCalledExactlyOnceWith(130)
  })

  it('goes on in a worker, which the primary tells', () => {
    const { source, listener } = setUp({ signals: true, role: 'worker' })
    source.emit('SIGTERM', 'SIGTERM')
    expect(listener.close).not.toHaveBeenCalled()
  })
})

it('checkSignals refuses a thread that gets none', () => {
  const settings = toDrainSettings({ signals: true })
  expect(() => checkSignals(settings, false)).toThrow('Cannot serve with `drain.signals` in a worker thread')
  expect(checkSignals(settings, true)).toBeUndefined()
  expect(checkSignals(toDrainSettings(), false)).toBeUndefined()
})
