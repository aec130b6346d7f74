import { describe, expect, it } from 'vitest'
import { toRoundTime, toTicks } from './ticks.ts'

describe('toRoundTime', () => {
  it.each([
    [0, 0.01],
    [0.3, 0.5],
    [3, 5],
    [5, 5],
    [130, 200],
    [999, 1000],
    [1001, 2000],
    [11_000, 15_000],
    [31_000, 60_000],
    [61_000, 120_000],
    [3_600_001, 7_200_000],
  ])('of %d ms is %d ms', (ms, round) => {
    expect(toRoundTime(ms)).toBeCloseTo(round, 9)
  })
})

describe('toTicks', () => {
  it('gives round times up to the end', () => {
    expect(toTicks(1000, 6)).toEqual([0, 200, 400, 600, 800, 1000])
    expect(toTicks(2406, 6)).toEqual([0, 500, 1000, 1500, 2000])
    expect(toTicks(0.7, 5)).toEqual([0, 0.2, 0.4, 0.6])
  })

  it.each([0.02, 1, 17, 950, 12_345, 100_000, 7_000_000])(
    'gives not more than asked for, to %d ms',
    (until) => {
      for (const most of [2, 3, 5, 8, 12]) {
        const ticks = toTicks(until, most)
        expect(ticks.length).toBeLessThanOrEqual(most)
        expect(ticks[0]).toBe(0)
        expect(ticks.at(-1)).toBeLessThanOrEqual(until * (1 + 1e-9))
      }
    },
  )
})
