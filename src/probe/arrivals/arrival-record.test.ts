import { describe, expect, it } from 'vitest'
import type { ProbedBlock } from '../measurement.ts'
import { ArrivalRecord } from './arrival-record.ts'

function block(at: number, more: Partial<ProbedBlock> = {}): ProbedBlock {
  return { startedAt: at, at, bytes: 10, decodedBytes: 10, reading: at, ...more }
}

function record(...blocks: ProbedBlock[]) {
  const found = new ArrivalRecord()
  for (const one of blocks) found.add(one)
  return found
}

describe('ArrivalRecord', () => {
  it('tells of nothing where nothing came', () => {
    expect(record().tell(5)).toEqual({
      blocks: [],
      blockCount: 0,
      visibleCount: 0,
      arrivalCount: 0,
      unitCount: 0,
      gaps: {},
      bytes: 0,
      decodedBytes: 0,
    })
  })

  it('counts what came together once, and measures from arrival to arrival', () => {
    const together = { reading: 1 }
    const found = record(block(10, together), block(10, together), block(40), block(110)).tell(0)
    expect(found).toMatchObject({ blockCount: 4, arrivalCount: 3, bytes: 40, firstBlock: 10, lastBlock: 110 })
    expect(found.gaps).toEqual({ p50: 30, p99: 70, longest: 70 })
    expect(found.rate).toBeCloseTo(40 / 0.11)
  })

  it('lets what cannot be seen be no arrival', () => {
    const hidden = { decodedBytes: 0 }
    const found = record(block(1, hidden), block(50), block(60, hidden), block(70, { units: 2 })).tell(1)
    expect(found).toMatchObject({
      blockCount: 4,
      visibleCount: 2,
      arrivalCount: 2,
      firstBlock: 50,
      unitCount: 2,
    })
    expect(found.gaps.longest).toBe(20)
  })

  it('adds what only the end has made visible', () => {
    const found = record(block(1))
    found.addRest(5, 1)
    expect(found.tell(0)).toMatchObject({ decodedBytes: 15, unitCount: 1, visibleCount: 1 })
  })

  it('keeps the first blocks of an endless stream, and counts the others', () => {
    const found = record(...Array.from({ length: 10_000 }, (_, index) => block(index))).tell(0)
    expect(found.blocks).toHaveLength(4096)
    expect(found).toMatchObject({ blockCount: 10_000, bytes: 100_000, lastBlock: 9999, arrivalCount: 10_000 })
  })
})
