import { once } from 'node:events'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ClientGone, type TooSlow } from '../../delivery/errors.ts'
import { RateGuard, toMinRate } from './rate-guard.ts'

const MIB = 1 << 20

const nobody = { abort: () => {} }

// A socket whose client does not read, and the client.
async function connect() {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const server = createServer(resolve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const client = connectSocket({ port, host: '127.0.0.1' }).pause()
  const socket = await promise
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return { client, socket }
}

describe('toMinRate', () => {
  it('cuts whoever does not read within 30 s, and nobody who reads 64 kB a second', () => {
    const rate = toMinRate()
    // What Linux takes at once when it takes anything, with a buffer of 4 MiB (decisions/013).
    const lump = 1_520_000
    expect(rate?.within).toBeGreaterThan((lump / 64_000) * 1000)
    expect((rate?.within ?? 0) * 1.05).toBeLessThan(30_000)
    expect(((rate?.bytes ?? 0) * (rate?.within ?? 0)) / 1000).toBeLessThan(lump)
  })

  it('takes what it is given, and nothing for false', () => {
    expect(toMinRate({ bytes: 5 })).toEqual({ bytes: 5, within: 27_000 })
    expect(toMinRate({ within: 500 })).toEqual({ bytes: 1000, within: 500 })
    expect(toMinRate(false)).toBe(undefined)
  })
})

describe('RateGuard', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('G13: resets a connection whose client takes nothing within the time, and says why before it closes', async () => {
    const { client, socket } = await connect()
    const log: (TooSlow | string)[] = []
    const guard = new RateGuard({ bytes: 1000, within: 20_000 })
    guard.watch(socket, { abort: (reason) => void log.push(reason) })
    const closed = once(socket, 'close').then(() => log.push('closed'))
    socket.write(Buffer.alloc(32 * MIB))
    vi.advanceTimersByTime(20_000)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(socket.destroyed).toBe(true)
    const failed = once(client, 'error')
    client.resume()
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }])
    await closed
    expect(log).toMatchObject([{ name: 'TooSlow', code: 'CLIENT_GONE' }, 'closed'])
    expect(log[0]).toBeInstanceOf(ClientGone)
  })

  it('leaves one alone that holds nothing', async () => {
    const { socket } = await connect()
    new RateGuard({ bytes: 1000, within: 1000 }).watch(socket, nobody)
    vi.advanceTimersByTime(100_000)
    expect(socket.destroyed).toBe(false)
  })

  it('G13: makes up for a look that is late, but not for those that were missed', async () => {
    const { socket } = await connect()
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
    onTestFinished(() => clock.mockRestore())
    const timeouts = vi.spyOn(globalThis, 'setTimeout')
    const delays = () => timeouts.mock.calls.map(([, delay]) => delay)
    new RateGuard({ bytes: 1000, within: 20_000 }).watch(socket, nobody)
    now = 1400
    vi.runOnlyPendingTimers()
    expect(delays()).toEqual([1000, 600])
    now = 2000
    vi.runOnlyPendingTimers()
    now = 63_000
    vi.runOnlyPendingTimers()
    expect(delays()).toEqual([1000, 600, 1000, 1000])
    timeouts.mockRestore()
  })

  it('G13: cuts one reply of several by itself, and leaves those that are taken', () => {
    const guard = new RateGuard({ bytes: 1000, within: 1000 })
    let taken = 0
    const slow = { toSample: () => ({ given: 5000, taken: 0 }), reset: vi.fn<() => void>() }
    const good = { toSample: () => ({ given: 1e6, taken: (taken += 1000) }), reset: vi.fn<() => void>() }
    const idle = { toSample: () => undefined, reset: vi.fn<() => void>() }
    const abort = vi.fn<(reason: TooSlow) => void>()
    for (const one of [slow, good, idle]) guard.watch(one, { abort })
    for (let step = 0; step < 30; step++) vi.advanceTimersByTime(50)
    expect(slow.reset).toHaveBeenCalledOnce()
    expect(abort.mock.calls).toMatchObject([[{ name: 'TooSlow' }]])
    expect([good.reset, idle.reset].map((reset) => reset.mock.calls.length)).toEqual([0, 0])
    expect(vi.getTimerCount()).toBe(1)
    guard.forget(good)
    guard.forget(idle)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has a timer only while it watches', async () => {
    const [one, other] = [await connect(), await connect()]
    const guard = new RateGuard({ bytes: 1000, within: 1000 })
    expect(vi.getTimerCount()).toBe(0)
    guard.watch(one.socket, nobody)
    guard.watch(other.socket, nobody)
    expect(vi.getTimerCount()).toBe(1)
    guard.forget(one.socket)
    expect(vi.getTimerCount()).toBe(1)
    guard.forget(other.socket)
    expect(vi.getTimerCount()).toBe(0)
    guard.watch(one.socket, nobody)
    expect(vi.getTimerCount()).toBe(1)
    guard.forget(one.socket)
  })
})
