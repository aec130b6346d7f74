import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { currentTurn, RUN, TurnClock } from './turn-clock.ts'

it('currentTurn stays the same through microtasks, and changes when the event loop turns', async () => {
  const first = currentTurn()
  await Promise.resolve()
  expect(currentTurn()).toBe(first)
  await nextTurn()
  expect(currentTurn()).not.toBe(first)
})

describe('TurnClock', () => {
  let now = 0
  const clock = () => {
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const made = new TurnClock()
    made.begin()
    return made
  }
  afterEach(() => vi.restoreAllMocks())

  it('looks at the clock after 1, 2, 4 and at most 32 blocks', () => {
    const made = clock()
    const looks: number[] = []
    vi.mocked(performance.now).mockImplementation(() => now)
    for (let block = 1; block <= 127; block++) {
      vi.mocked(performance.now).mockClear()
      expect(made.isOver()).toBe(false)
      if (vi.mocked(performance.now).mock.calls.length > 0) looks.push(block)
    }
    expect(looks).toEqual([1, 3, 7, 15, 31, 63, 95, 127])
    expect(made.isFast).toBe(true)
    expect(RUN).toBe(32)
  })

  it('is over after 5 ms, and looks at every block again', () => {
    const made = clock()
    for (let block = 1; block <= 3; block++) expect(made.isOver()).toBe(false)
    now += 5
    const over = Array.from({ length: 5 }, () => made.isOver())
    expect(over).toEqual([false, false, false, true, true])
    made.begin()
    expect(made.isOver()).toBe(false)
  })

  it('counts the blocks that were taken without a look', () => {
    const made = clock()
    for (let block = 1; block <= 31; block++) made.isOver()
    now += 5
    made.skip(RUN - 1)
    expect(made.isOver()).toBe(true)
  })

  it('goes on with the turn where the source has waited for microtasks only', async () => {
    const made = clock()
    now += 5
    made.park()
    await Promise.resolve()
    made.resume()
    expect(made.isOver()).toBe(true)
    made.park()
    await nextTurn()
    made.resume()
    expect(made.isOver()).toBe(false)
  })
})
