import { describe, expect, it } from 'vitest'
import { ArrivalBins } from './arrival-bins.ts'

describe('ArrivalBins', () => {
  it('puts each block into the column of its time', () => {
    const bins = new ArrivalBins()
    for (const at of [0, 100, 110, 390]) bins.add(at, 10)
    expect(bins.toColumns(4, 400)).toEqual([
      { blocks: 1, bytes: 10 },
      { blocks: 2, bytes: 20 },
      { blocks: 0, bytes: 0 },
      { blocks: 1, bytes: 10 },
    ])
  })

  it('loses nothing when the time outgrows its bins', () => {
    const bins = new ArrivalBins()
    for (let at = 0; at < 3_600_000; at += 1000) bins.add(at, 7)
    const columns = bins.toColumns(60, 3_600_000)
    expect(columns.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(3600)
    expect(columns.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(3600 * 7)
    for (const { blocks } of columns) expect(Math.abs(blocks - 60)).toBeLessThan(8)
  })

  it('leaves out what came after the end of the drawing, and takes a time before 0 as 0', () => {
    const bins = new ArrivalBins()
    bins.add(-1, 1)
    bins.add(500, 1)
    expect(bins.toColumns(2, 100)).toEqual([
      { blocks: 1, bytes: 1 },
      { blocks: 0, bytes: 0 },
    ])
  })
})
