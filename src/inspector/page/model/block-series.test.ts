import { describe, expect, it } from 'vitest'
import type { BlockRun } from '../../inspector-event.ts'
import { BlockSeries } from './block-series.ts'

const run: BlockRun = {
  id: 1,
  now: 9_000,
  at: [],
  blocks: [],
  bytes: [],
  missed: 0,
  waits: [],
  waitsSince: null,
}

describe('BlockSeries', () => {
  it('adds up blocks and bytes, with times in seconds since the reply began', () => {
    const series = new BlockSeries(1_000)
    series.add({ ...run, at: [1_500, 2_000], blocks: [1, 3], bytes: [10, 30] })
    series.add({ ...run, at: [5_000], blocks: [1], bytes: [7] })
    expect(series.points).toEqual([
      { number: 1, at: 0.5, gap: undefined, blocks: 1, bytes: 10, total: 10 },
      { number: 4, at: 1, gap: 0.5, blocks: 3, bytes: 30, total: 40 },
      { number: 5, at: 4, gap: 3, blocks: 1, bytes: 7, total: 47 },
    ])
    expect([series.blocks, series.bytes, series.longestGap]).toEqual([5, 47, 3])
  })

  it('knows the waits for the client, also the one that goes on', () => {
    const series = new BlockSeries(1_000)
    series.add({
      ...run,
      waits: [
        [1_500, 1_501],
        [2_000, 3_000],
      ],
      waitsSince: 6_000,
    })
    expect(series.waitsBetween(0, 8)).toEqual([
      [1, 2],
      [5, 8],
    ])
    expect(series.waitsBetween(2.5, 8)).toEqual([[5, 8]])
    series.add({ ...run, waits: [[6_000, 9_500]] })
    expect(series.waitsBetween(2.5, 9)).toEqual([[5, 8.5]])
    expect(series.waited).toBe(4.5)
  })

  it('gives the points of a span with the one before it, from which its line comes', () => {
    const series = new BlockSeries(0)
    series.add({ ...run, at: [1_000, 2_000, 3_000, 4_000], blocks: [1, 1, 1, 1], bytes: [1, 1, 1, 1] })
    const timesFrom = (from: number): number[] => series.pointsFrom(from).map(({ at }) => at)
    expect(timesFrom(0)).toEqual([1, 2, 3, 4])
    expect(timesFrom(2.5)).toEqual([2, 3, 4])
    expect(timesFrom(9)).toEqual([4])
    expect(new BlockSeries(0).pointsFrom(0)).toEqual([])
  })

  it('keeps no more than it can draw, while its sums go on', () => {
    const series = new BlockSeries(0)
    const at = Array.from({ length: 15_000 }, (_, index) => index)
    const ones = at.map(() => 1)
    for (const _ of [1, 2, 3]) series.add({ ...run, at, blocks: ones, bytes: ones, missed: 2 })
    expect(series.points.length).toBeLessThanOrEqual(20_000)
    expect(series.points.at(-1)).toMatchObject({ number: 45_000, total: 45_000 })
    expect([series.blocks, series.missed]).toEqual([45_000, 6])
  })
})
