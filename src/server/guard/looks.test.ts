import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Looks } from './looks.ts'

describe('Looks', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('looks again and again from its start to its end', () => {
    const look = vi.fn<() => void>()
    const looks = new Looks(100, look)
    vi.advanceTimersByTime(1000)
    expect(look).toHaveBeenCalledTimes(0)
    looks.start()
    looks.start()
    vi.advanceTimersByTime(1000)
    expect(look).toHaveBeenCalledTimes(10)
    looks.stop()
    vi.advanceTimersByTime(1000)
    expect(look).toHaveBeenCalledTimes(10)
    expect(vi.getTimerCount()).toBe(0)
    looks.start()
    vi.advanceTimersByTime(100)
    expect(look).toHaveBeenCalledTimes(11)
    looks.stop()
  })

  it('may be ended by a look', () => {
    const looks = new Looks(100, () => looks.stop())
    looks.start()
    vi.advanceTimersByTime(100)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('G13: makes up for a look that is late, but not for those that were missed', () => {
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
    const timeouts = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => (clock.mockRestore(), timeouts.mockRestore()))
    const looks = new Looks(1000, () => {})
    looks.start()
    for (now of [1400, 2000, 63_000]) vi.runOnlyPendingTimers()
    expect(timeouts.mock.calls.map(([, delay]) => delay)).toEqual([1000, 600, 1000, 1000])
    looks.stop()
  })
})
