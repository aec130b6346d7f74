import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StallWatch, type StallWatchPlan } from './stall-watch.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function setUp(more: Partial<StallWatchPlan> = {}) {
  const plan = {
    ask: vi.fn<() => void>(),
    listen: vi.fn<() => void>(),
    isNeeded: vi.fn<() => boolean>(() => true),
    stalled: vi.fn<() => void>(),
    lasted: vi.fn<() => void>(),
    recovered: vi.fn<(took: number) => void>(),
  }
  const watch = new StallWatch({ limit: 1000, ...plan, ...more })
  return { watch, ...plan }
}

describe('StallWatch', () => {
  it('asks nobody while nobody waits', () => {
    const { ask, isNeeded } = setUp()
    isNeeded.mockReturnValue(false)
    vi.advanceTimersByTime(5000)
    expect(ask).not.toHaveBeenCalled()
    isNeeded.mockReturnValue(true)
    vi.advanceTimersByTime(250)
    expect(ask).toHaveBeenCalledOnce()
  })

  it('asks once, and waits for the answer before it asks again', () => {
    const { watch, ask, stalled } = setUp()
    vi.advanceTimersByTime(750)
    expect(ask).toHaveBeenCalledOnce()
    watch.onAnswer()
    vi.advanceTimersByTime(250)
    expect([ask.mock.calls.length, stalled.mock.calls.length]).toEqual([2, 0])
  })

  it('tells of an application that has not answered within the limit, once', () => {
    const { watch, stalled } = setUp()
    vi.advanceTimersByTime(250 + 999)
    expect([watch.isStalled, stalled.mock.calls.length]).toEqual([false, 0])
    vi.advanceTimersByTime(1)
    expect([watch.isStalled, stalled.mock.calls.length]).toEqual([true, 1])
    vi.advanceTimersByTime(10_000)
    expect(stalled).toHaveBeenCalledOnce()
  })

  it('never takes one that always answers for stalled', () => {
    const { watch, ask, stalled, recovered } = setUp()
    ask.mockImplementation(() => watch.onAnswer())
    vi.advanceTimersByTime(20_000)
    expect(ask).toHaveBeenCalledTimes(80)
    expect([stalled.mock.calls.length, recovered.mock.calls.length]).toEqual([0, 0])
  })

  it('takes an answer that is there, but has not been read, for one', () => {
    const { watch, listen, stalled } = setUp()
    listen.mockImplementation(() => watch.onAnswer())
    vi.advanceTimersByTime(1250)
    expect(listen).toHaveBeenCalledOnce()
    expect([watch.isStalled, stalled.mock.calls.length]).toEqual([false, 0])
  })

  it('tells when the application answers again, how long that took, and watches on', () => {
    const { watch, stalled, recovered } = setUp()
    vi.advanceTimersByTime(250 + 3000)
    expect(recovered).not.toHaveBeenCalled()
    watch.onAnswer()
    expect([watch.isStalled, recovered.mock.calls]).toEqual([false, [[3000]]])
    vi.advanceTimersByTime(250 + 1000)
    expect([watch.isStalled, stalled.mock.calls.length]).toEqual([true, 2])
  })

  it('does not blame the application where the whole process stood still', () => {
    const { watch, stalled } = setUp()
    vi.advanceTimersByTime(250 + 750)
    watch.onAnswer()
    vi.advanceTimersByTime(250)
    // No timer has run meanwhile.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    vi.advanceTimersByTime(250)
    expect([watch.isStalled, stalled.mock.calls.length]).toEqual([false, 0])
  })

  it('tells of a stall that has lasted for as long again, once', () => {
    const { watch, lasted, recovered } = setUp()
    vi.advanceTimersByTime(250 + 1999)
    expect(lasted).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect([watch.isStalled, lasted.mock.calls.length]).toEqual([true, 1])
    vi.advanceTimersByTime(10_000)
    expect(lasted).toHaveBeenCalledOnce()
    watch.onAnswer()
    expect([watch.isStalled, recovered.mock.calls]).toEqual([false, [[12_000]]])
  })

  it('does not say so of an application that is back before, though its answer has not been read', () => {
    const { watch, listen, stalled, lasted } = setUp()
    vi.advanceTimersByTime(250 + 1000)
    expect(stalled).toHaveBeenCalledOnce()
    listen.mockImplementation(() => watch.onAnswer())
    vi.advanceTimersByTime(1000)
    expect([watch.isStalled, lasted.mock.calls.length]).toEqual([false, 0])
  })

  it('does not say so of two stalls that are short', () => {
    const { watch, listen, stalled, lasted } = setUp()
    for (const _ of [1, 2]) {
      vi.advanceTimersByTime(250 + 1750)
      watch.onAnswer()
    }
    expect([stalled.mock.calls.length, lasted.mock.calls.length, listen.mock.calls.length]).toEqual([2, 0, 2])
  })

  it('does not say so where the whole process stood still after the stall', () => {
    const { stalled, lasted } = setUp()
    vi.advanceTimersByTime(250 + 1000)
    expect(stalled).toHaveBeenCalledOnce()
    const now = performance.now()
    // No timer has run meanwhile.
    const standing = vi.spyOn(performance, 'now').mockReturnValue(now + 60_000)
    vi.advanceTimersByTime(750)
    expect(lasted).not.toHaveBeenCalled()
    vi.advanceTimersByTime(250)
    expect(lasted).toHaveBeenCalledOnce()
    standing.mockRestore()
  })

  it('looks no more when it was stopped', () => {
    const { watch, ask } = setUp()
    watch.stop()
    vi.advanceTimersByTime(5000)
    expect(ask).not.toHaveBeenCalled()
  })

  it('works with the shortest limit', () => {
    const { watch } = setUp({ limit: 1 })
    vi.advanceTimersByTime(1 + 4)
    expect(watch.isStalled).toBe(true)
  })
})

it('StallWatch does not keep the process alive', () => {
  vi.useRealTimers()
  const started = vi.spyOn(globalThis, 'setInterval')
  const { watch } = setUp()
  expect(started.mock.results[0]?.value.hasRef()).toBe(false)
  watch.stop()
  started.mockRestore()
})
