import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BodyGuard, type IncomingBody } from './body-guard.ts'

/** A body by numbers. */
class Noted implements IncomingBody {
  received = 0
  isWanted = true
  isOver = false
  isTooLong = false
  givenUp = 0

  giveUp(): void {
    this.givenUp++
  }
}

describe('BodyGuard', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** A body in a guard that asks for 1,000 bytes a second over 15 s. */
  function setUp(bytes = 1000) {
    const guard = new BodyGuard({ bytes, within: 15_000 })
    const body = new Noted()
    guard.watch(body)
    return { guard, body }
  }

  /** So many bytes each second, for so many seconds. */
  function send(body: Noted, bytes: number, seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      body.received += bytes
      vi.advanceTimersByTime(1000)
    }
  }

  it('G13: gives up a body that does not come', () => {
    const { body } = setUp()
    vi.advanceTimersByTime(15_000)
    expect(body.givenUp).toBe(0)
    vi.advanceTimersByTime(750)
    expect(body.givenUp).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(body.givenUp).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('G13: gives up one that comes too slowly, also after it has come fast', () => {
    const { body } = setUp()
    send(body, 1_000_000, 5)
    send(body, 900, 14)
    expect(body.givenUp).toBe(0)
    send(body, 900, 2)
    expect(body.givenUp).toBe(1)
  })

  it('G13: waits for one that comes slowly, but fast enough, as long as it takes', () => {
    const { guard, body } = setUp()
    send(body, 1100, 300)
    expect(body.givenUp).toBe(0)
    guard.forget(body)
  })

  it('G13: does not hold against a client that the application does not read', () => {
    const { guard, body } = setUp()
    body.isWanted = false
    vi.advanceTimersByTime(600_000)
    body.isWanted = true
    vi.advanceTimersByTime(14_000)
    body.isWanted = false
    vi.advanceTimersByTime(600_000)
    expect(body.givenUp).toBe(0)
    guard.forget(body)
  })

  it('takes one byte for enough where there is no rate', () => {
    const { body } = setUp(0)
    for (let index = 0; index < 10; index++) {
      send(body, 1, 1)
      send(body, 0, 9)
    }
    expect(body.givenUp).toBe(0)
    vi.advanceTimersByTime(16_000)
    expect(body.givenUp).toBe(1)
  })

  it('G13: gives up one that is longer than it may be', () => {
    const { body } = setUp()
    body.isTooLong = true
    vi.advanceTimersByTime(750)
    expect(body.givenUp).toBe(1)
  })

  it('forgets what is over, and has a timer only while it watches', () => {
    const { guard, body } = setUp()
    const other = new Noted()
    guard.watch(other)
    guard.watch(other)
    body.isOver = true
    vi.advanceTimersByTime(750)
    expect(vi.getTimerCount()).toBe(1)
    guard.forget(other)
    expect(vi.getTimerCount()).toBe(0)
    expect([body.givenUp, other.givenUp]).toEqual([0, 0])
  })
})
