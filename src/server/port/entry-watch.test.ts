import { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EntryWatch } from './entry-watch.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function setUp(used = 0, watch = new EntryWatch(10_000)) {
  const socket = new Socket()
  socket.on('close', () => watch.forget(socket))
  watch.watch(socket, used)
  return { watch, socket }
}

describe('EntryWatch', () => {
  it('G13: ends a connection within its time, and not much earlier', () => {
    const { socket } = setUp()
    vi.advanceTimersByTime(9499)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(501)
    expect(socket.destroyed).toBe(true)
  })

  it.each([
    [100, 9900],
    [3000, 7000],
    [8250, 1750],
  ])('G13: after %d ms of an earlier part it has %d ms left', (used, left) => {
    const { socket } = setUp(used)
    vi.advanceTimersByTime(left - 1000)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(socket.destroyed).toBe(true)
  })

  it('tells what a connection has used in all, and has no timer where there is none to watch', () => {
    const one = setUp(1000)
    vi.advanceTimersByTime(700)
    const other = setUp(0, one.watch)
    vi.advanceTimersByTime(1200)
    expect(one.watch.forget(one.socket)).toBe(2900)
    expect(one.watch.forget(one.socket)).toBe(0)
    expect(vi.getTimerCount()).toBe(1)
    expect(one.watch.forget(other.socket)).toBe(1200)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('G13: a thread that was busy is not held against the client', () => {
    const { watch, socket } = setUp()
    let now = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    now += 60_000
    vi.runOnlyPendingTimers()
    expect(socket.destroyed).toBe(false)
    expect(watch.forget(socket)).toBe(1000)
  })

  it('ends all of them when it is told to', () => {
    const { watch, socket } = setUp()
    const other = setUp(0, watch)
    watch.drop()
    expect([socket.destroyed, other.socket.destroyed]).toEqual([true, true])
  })
})
