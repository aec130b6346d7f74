import { describe, expect, it } from 'vitest'
import { type BlockSketch, every, together, toMeasurement } from '../../../test/support/to-measurement.ts'
import type { Measurement } from '../measurement.ts'
import { countBlocks, findBursts } from './find-bursts.ts'

function counts(blocks: readonly BlockSketch[], more: Partial<Omit<Measurement, 'times'>> = {}) {
  return findBursts(toMeasurement(blocks, more)).map(({ count }) => count)
}

describe('findBursts', () => {
  it('joins what comes without a pause', () => {
    const [first, second, ...others] = findBursts(toMeasurement(together([100, 200], 3)))
    expect(first).toEqual({ startedAt: 100, at: 100.02, count: 3, bytes: 30, endsInside: false })
    expect(second).toMatchObject({ startedAt: 200, count: 3 })
    expect(others).toEqual([])
  })

  it.each<[string, readonly BlockSketch[], number[]]>([
    ['nothing', [], []],
    ['one block', [5], [1]],
    ['a rhythm', every(100, 4), [1, 1, 1, 1]],
    ['a rhythm with jitter', [100, 230, 290, 410, 490], [1, 1, 1, 1, 1]],
    ['a rhythm after a stall of an hour', [100, 200, 300, 3_600_000, 3_600_100], [1, 1, 1, 1, 1]],
    ['what only a grain of time sets apart', every(2, 4), [4]],
    ['what cannot be seen', [{ at: 1, decodedBytes: 0 }, 100, { at: 150, decodedBytes: 0 }, 200], [1, 1]],
    ['one reading, whatever its clock says', [100, 200].map((at) => ({ at, reading: 7 })), [2]],
    ['a large block on a slow line', [100, 200].map((at) => ({ at, startedAt: at - 99 })), [2]],
    ['parts of large blocks', together([100, 200], 3).map((at) => ({ at, bytes: 16_384 })), [1, 1]],
  ])('counts the blocks of %s', (_, blocks, found) => {
    expect(counts(blocks)).toEqual(found)
  })

  it('counts events for SSE, and no more than the records that they complete for chunks', () => {
    const blocks = together([100, 200], 4).map((at, index) => ({ at, units: index % 2 }))
    expect(counts(blocks, { format: 'sse', framing: 'close' })).toEqual([2, 2])
    expect(counts(blocks, { format: 'csv' })).toEqual([2, 2])
    expect(counts(blocks)).toEqual([4, 4])
    expect(counts([{ at: 100, units: 50 }], { format: 'csv' })).toEqual([1])
    expect(
      counts(
        together([100], 3).map((at) => ({ at, units: 0 })),
        { format: 'multipart' },
      ),
    ).toEqual([1])
    expect(counts([{ at: 100, units: 50 }], { format: 'sse' })).toEqual([50])
  })

  it('counts no readings for blocks where nothing is framed', () => {
    expect(counts(together([100, 200], 4), { framing: 'close' })).toEqual([1, 1])
  })

  it('tells of a burst that ends in the middle of a record', () => {
    const [burst] = findBursts(toMeasurement([1, { at: 1.1, endsInside: true }]))
    expect(burst?.endsInside).toBe(true)
  })
})

it('countBlocks takes chunks of one large block for one', () => {
  const sizes = [16_384, 16_384, 100, 5, 5, 8192, 1]
  const { blocks } = toMeasurement(sizes.map((bytes, at) => ({ at, bytes })))
  expect(countBlocks(blocks)).toBe(4)
})
