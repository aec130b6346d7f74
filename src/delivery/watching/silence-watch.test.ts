import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Silent, SilenceWatch } from './silence-watch.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const start = () => Math.trunc(performance.now())

/** One that notes when it is told, in milliseconds since it was first heard. */
class Noted implements Silent {
  readonly told: number[] = []
  readonly watch: SilenceWatch
  readonly #since = start()
  readonly #then: (() => void) | undefined

  constructor(period = 1000, then?: () => void) {
    this.watch = SilenceWatch.of(period)
    this.#then = then
    this.watch.hear(this)
    onTestFinished(() => this.leave())
  }

  hear(): void {
    this.watch.hear(this)
  }

  leave(): void {
    this.watch.forget(this)
  }

  breakSilence(): void {
    this.told.push(start() - this.#since)
    this.#then?.()
  }
}

describe('SilenceWatch', () => {
  it('tells after each silence of a period, to the millisecond where there is one to tell', () => {
    const one = new Noted()
    vi.advanceTimersByTime(600)
    one.hear()
    vi.advanceTimersByTime(999)
    expect(one.told).toEqual([])
    vi.advanceTimersByTime(2001)
    expect(one.told).toEqual([1600, 2600, 3600])
  })

  it('has one timer for all of a period, and tells each at most a twentieth late', () => {
    const all = Array.from({ length: 100 }, () => {
      vi.advanceTimersByTime(7)
      return new Noted()
    })
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(10_000)
    for (const { told } of all) {
      expect(told.length).toBeGreaterThanOrEqual(9)
      const silences = told.map((at, index) => at - (told[index - 1] ?? 0))
      expect(Math.min(...silences)).toBeGreaterThanOrEqual(999)
      expect(Math.max(...silences)).toBeLessThanOrEqual(1050)
    }
    expect(vi.getTimerCount()).toBe(1)
  })

  it('keeps periods apart', () => {
    const [short, long] = [new Noted(100), new Noted(250)]
    vi.advanceTimersByTime(260)
    expect([short.told, long.told]).toEqual([[100, 200], [250]])
  })

  it('has no timer when nobody is left, and begins anew', () => {
    const first = new Noted()
    const second = new Noted()
    first.leave()
    vi.advanceTimersByTime(1000)
    expect([first.told, second.told]).toEqual([[], [1000]])
    second.leave()
    second.leave()
    expect(vi.getTimerCount()).toBe(0)
    const third = new Noted()
    // One that was forgotten before does not take the timer of others along.
    second.leave()
    vi.advanceTimersByTime(1000)
    expect(third.told).toEqual([1000])
    expect(new Noted().watch).toBe(third.watch)
  })

  it('lets one leave while it is told, or another come', () => {
    const come: Noted[] = []
    const leaving: Noted = new Noted(1000, () => leaving.leave())
    const asking = new Noted(1000, () => void come.push(new Noted()))
    vi.advanceTimersByTime(1000)
    expect([leaving.told, asking.told, vi.getTimerCount()]).toEqual([[1000], [1000], 1])
    asking.leave()
    vi.advanceTimersByTime(1000)
    expect([leaving.told, asking.told, come.map(({ told }) => told)]).toEqual([[1000], [1000], [[1000]]])
  })

  it('keeps nothing of the asynchronous context in which it began', async () => {
    // A false timer has none.
    vi.useRealTimers()
    const storage = new AsyncLocalStorage<string>()
    const { promise, resolve } = Promise.withResolvers<unknown>()
    storage.run('the first', () => new Noted(1, () => resolve(storage.getStore())))
    expect(await promise).toBe(undefined)
  })
})
