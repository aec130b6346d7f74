import { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HeadWatch, type Waiting } from './head-watch.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** A connection by numbers, in a watch of 15 s. */
function setUp(watch = new HeadWatch(15_000)) {
  const socket = new Socket()
  const expired: boolean[] = []
  const state: Writable<Waiting> = {
    isBusy: false,
    requests: 0,
    expire: (isBegun: boolean) => void expired.push(isBegun),
  }
  let bytes = 0
  Object.defineProperty(socket, 'bytesRead', { get: () => bytes })
  watch.watch(socket, state)
  const receive = (count: number) => (bytes += count)
  /** A request that has come, and its reply that takes so long. */
  const ask = (took: number) => {
    receive(100)
    state.requests++
    state.isBusy = true
    vi.advanceTimersByTime(took)
    state.isBusy = false
  }
  return { watch, socket, state, expired, receive, ask, forget: () => watch.forget(socket) }
}

describe('HeadWatch', () => {
  it('G13: ends a connection that says nothing within the time', () => {
    const { expired } = setUp()
    vi.advanceTimersByTime(14_249)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(751)
    expect(expired).toEqual([false])
    vi.advanceTimersByTime(60_000)
    expect(expired).toEqual([false])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('G13: ends one whose head comes byte by byte, however long it goes on', () => {
    const { expired, receive } = setUp()
    for (let second = 0; second < 15; second++) {
      receive(1)
      vi.advanceTimersByTime(1000)
    }
    expect(expired).toEqual([true])
  })

  it('G13: leaves one alone whose head comes in pieces within the time', () => {
    const { expired, receive, ask, forget } = setUp()
    receive(10)
    vi.advanceTimersByTime(7000)
    receive(10)
    vi.advanceTimersByTime(7000)
    ask(10)
    vi.advanceTimersByTime(60_000)
    expect(expired).toEqual([])
    forget()
  })

  it('G13: leaves one alone that waits for its next request; from its first byte on it is judged', () => {
    const { expired, receive, ask } = setUp()
    ask(0)
    vi.advanceTimersByTime(60_000)
    ask(5)
    vi.advanceTimersByTime(60_000)
    expect(expired).toEqual([])
    receive(1)
    vi.advanceTimersByTime(14_000)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(expired).toEqual([true])
  })

  it('G13: a reply that takes long is not held against its client, nor is what comes meanwhile', () => {
    const { expired, receive, state, ask, forget } = setUp()
    ask(0)
    state.isBusy = true
    receive(1)
    vi.advanceTimersByTime(100_000)
    state.isBusy = false
    vi.advanceTimersByTime(14_000)
    expect(expired).toEqual([])
    forget()
  })

  it('G13: a thread that was busy is not held against the client', () => {
    const { expired, forget } = setUp()
    let now = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    now += 60_000
    vi.runOnlyPendingTimers()
    now += 60_000
    vi.runOnlyPendingTimers()
    expect(expired).toEqual([])
    forget()
    vi.restoreAllMocks()
  })

  it('G13: goes by what it is told where other bytes than those of a head may come', () => {
    const { expired, receive, state, ask } = setUp()
    state.isBegun = false
    ask(0)
    receive(1000)
    vi.advanceTimersByTime(60_000)
    expect(expired).toEqual([])
    // With the bytes of the request before it.
    state.requests++
    state.look = () => {
      state.isBegun = true
    }
    vi.advanceTimersByTime(14_000)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(2000)
    expect(expired).toHaveLength(1)
  })

  it('G13: counts the time that a client has used before', () => {
    const { watch, socket, expired } = setUp()
    watch.age(socket, 10_000)
    vi.advanceTimersByTime(4000)
    expect(expired).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(expired).toEqual([false])
    watch.age(socket, 10_000)
  })

  it('judges each connection by itself', () => {
    const one = setUp()
    vi.advanceTimersByTime(7500)
    const other = setUp(one.watch)
    vi.advanceTimersByTime(7500)
    expect([one.expired, other.expired]).toEqual([[false], []])
    vi.advanceTimersByTime(7500)
    expect(other.expired).toEqual([false])
    expect(vi.getTimerCount()).toBe(0)
  })
})
