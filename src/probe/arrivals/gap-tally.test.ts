import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GapTally } from './gap-tally.ts'

function tally(gaps: Iterable<number>) {
  const found = new GapTally()
  for (const gap of gaps) found.add(gap)
  return found.gaps
}

describe('GapTally', () => {
  it('knows nothing without a gap', () => {
    expect(tally([])).toEqual({})
  })

  it('is exact for few gaps', () => {
    expect(tally([7])).toEqual({ p50: 7, p99: 7, longest: 7 })
    expect(tally([5, 1, 4, 2, 3])).toEqual({ p50: 3, p99: 5, longest: 5 })
    expect(tally(Array.from({ length: 200 }, (_, index) => index + 1))).toEqual({
      p50: 100,
      p99: 198,
      longest: 200,
    })
  })

  it('is within 1 % for any number of them', () => {
    const sizes = fc.double({ min: 0.05, max: 600_000, noNaN: true })
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 20, maxLength: 60 }), (values) => {
        const many = Array.from({ length: 5000 }, (_, index) => values[index % values.length] ?? 0)
        const sorted = many.toSorted((a, b) => a - b)
        const found = tally(many)
        expect(Math.abs((found.p50 ?? 0) / (sorted[2499] ?? 0) - 1)).toBeLessThan(0.02)
        expect(Math.abs((found.p99 ?? 0) / (sorted[4949] ?? 0) - 1)).toBeLessThan(0.02)
        expect(found.longest).toBeCloseTo(sorted.at(-1) ?? 0, 3)
      }),
    )
  })

  it('takes no gap at all, and one of many days', () => {
    const found = tally(Array.from({ length: 5000 }, (_, index) => (index % 2 ? 0 : 1e10)))
    expect(found.p50).toBeLessThan(0.02)
    expect(found.longest).toBe(1e10)
  })
})
