import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  closed,
  nextTurn,
  openFakeThread,
  startFakeThread,
  toText,
} from '../../../test/support/open-fake-thread.ts'
import type { Wire } from '../wire.ts'
import { toApplication } from './records.ts'

vi.mock('node:worker_threads', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  Worker: (await import('../../../test/support/fake-thread.ts')).FakeThread,
}))

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('openThread, which starts', () => {
  it('gives the thread what it must know, and nothing that cannot go there', () => {
    const { thread, opening, tell } = startFakeThread({ maxStall: 500, port: 80 })
    expect(thread.plan).toMatchObject({
      port: 80,
      hostname: '127.0.0.1',
      maxStall: 500,
      maxRequestBytes: 1000,
    })
    expect(() => structuredClone(thread.plan)).not.toThrow()
    tell({ kind: 'listening', port: 80 })
    return opening
  })

  it('resolves when the thread listens, and has its port', async () => {
    const { opening, tell } = startFakeThread()
    const opened = vi.fn<() => void>()
    void opening.then(opened)
    await nextTurn()
    expect(opened).not.toHaveBeenCalled()
    tell({ kind: 'listening', port: 4711 })
    expect((await opening).port).toBe(4711)
  })

  it('takes requests that came before it was told that the thread listens', async () => {
    const answer = vi.fn<(wire: Wire) => void>()
    const { outlet, opening, tell } = startFakeThread({ answer })
    outlet.putText(toApplication.request, 3, toText())
    tell({ kind: 'listening', port: 4711 })
    await opening
    expect(answer).toHaveBeenCalledOnce()
  })

  it('rejects with the reason of a thread that cannot listen, and ends it', async () => {
    const before = process.listenerCount('exit')
    const { opening, tell, thread } = startFakeThread()
    const cause = new Error('listen EADDRINUSE')
    tell({ kind: 'refused', message: 'Cannot listen: in use', cause, details: { code: 'EADDRINUSE' } })
    await expect(opening).rejects.toMatchObject({
      message: 'Cannot listen: in use',
      cause: { message: 'listen EADDRINUSE', code: 'EADDRINUSE' },
    })
    expect([thread.isTerminated, process.listenerCount('exit')]).toEqual([true, before])
  })

  it.each([
    ['fails', 'error', new Error('no memory'), /no memory/],
    ['ends', 'exit', 1, /the thread has ended/],
  ])('rejects when the thread %s before it listens', async (_, event, value, message) => {
    const report = vi.fn<(error: unknown) => void>()
    const { opening, thread } = startFakeThread({ report })
    thread.emit(event, value)
    await expect(opening).rejects.toThrow(message)
    expect(report).not.toHaveBeenCalled()
  })
})

describe('a listener of openThread, which closes', () => {
  it('asks the thread, waits for it, and ends it', async () => {
    const before = process.listenerCount('exit')
    const { listener, thread, tell } = await openFakeThread()
    expect(process.listenerCount('exit')).toBe(Math.max(before, 1))
    const closing = listener.close(1234)
    expect(listener.close(1)).toBe(closing)
    // Who closes again may have less time.
    expect(thread.orders.filter((order) => order !== 0)).toMatchObject([
      { kind: 'close', grace: 1234 },
      { kind: 'close', grace: 1 },
    ])
    await nextTurn()
    expect(thread.isTerminated).toBe(false)
    tell({ kind: 'drained' })
    await closing
    expect(thread.isTerminated).toBe(true)
  })

  it('waits for replies that are still being closed when their connections are gone', async () => {
    const { listener, ask, tell, thread } = await openFakeThread()
    const reply = ask(1)
    const hasClosed = vi.fn<() => void>()
    const closing = listener.close(1000).then(() => hasClosed())
    tell({ kind: 'drained' })
    await nextTurn()
    expect([hasClosed.mock.calls.length, thread.isTerminated]).toEqual([0, false])
    reply.wire.close(reply)
    await closing
    expect(thread.isTerminated).toBe(true)
  })

  it('takes the end of the thread for no fault', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { listener, tell, thread } = await openFakeThread({ report })
    await closed(listener, tell)
    thread.emit('exit', 1)
    await nextTurn()
    expect(report).not.toHaveBeenCalled()
  })
})

describe('openThread, when something fails', () => {
  it('reports what goes wrong in the thread', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { tell } = await openFakeThread({ report })
    const error = new Error('a fault')
    tell({ kind: 'fault', error })
    expect(report.mock.calls).toEqual([[error]])
  })

  const realImmediate = globalThis.setImmediate

  // What is thrown outside any promise ends a process; here it is called by the test, where it can be caught.
  function catchImmediates(): (() => void)[] {
    const callbacks: (() => void)[] = []
    vi.spyOn(globalThis, 'setImmediate').mockImplementation((callback: () => void) => {
      callbacks.push(callback)
      return realImmediate(() => {})
    })
    return callbacks
  }

  it('G4: tells every reply when the thread has died, reports it, and does not leave the process up deaf', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { ask, thread } = await openFakeThread({ report })
    const [one, two] = [ask(1), ask(2)]
    const callbacks = catchImmediates()
    thread.emit('error', new Error('out of memory'))
    const reason = expect.objectContaining({
      code: 'SHUTTING_DOWN',
      message: expect.stringContaining('out of memory'),
    })
    expect([one.reasons, two.reasons]).toEqual([[reason], [reason]])
    expect(report.mock.calls).toEqual([
      [
        expect.objectContaining({
          message: 'Cannot serve any longer: the transmitter has stopped: out of memory',
        }),
      ],
    ])
    thread.emit('exit', 1)
    expect(report).toHaveBeenCalledOnce()
    await new Promise((resolve) => realImmediate(resolve))
    expect(callbacks).toHaveLength(1)
    expect(callbacks[0]).toThrow('Cannot serve any longer')
  })

  it('waits for bodies that are being closed before it throws, but not for ever', async () => {
    const { ask, thread } = await openFakeThread()
    const reply = ask(1)
    reply.abort = () => {}
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const callbacks = catchImmediates()
    thread.emit('error', new Error('out of memory'))
    vi.advanceTimersByTime(999)
    await new Promise((resolve) => realImmediate(resolve))
    expect(callbacks).toEqual([])
    vi.advanceTimersByTime(1)
    await new Promise((resolve) => realImmediate(resolve))
    expect(callbacks).toHaveLength(1)
  })

  it('closes all the same when the thread dies meanwhile', async () => {
    const report = vi.fn<(error: unknown) => void>()
    const { listener, ask, thread } = await openFakeThread({ report })
    const reply = ask(1)
    const closing = listener.close(1000)
    thread.emit('error', new Error('out of memory'))
    expect(reply.reasons).toHaveLength(1)
    await closing
    const message = 'Cannot serve any longer: the transmitter has stopped: out of memory'
    expect(report.mock.calls).toEqual([[expect.objectContaining({ message })]])
  })
})
