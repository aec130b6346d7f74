import { expect, test } from 'vitest'
import { toCell } from './guarantee-cell.ts'
import type { Row, SeenCase } from './scoreboard.ts'

function rowOf(...cases: Pick<SeenCase, 'kind' | 'figure'>[]): Row {
  const seen = cases.map((one, index): SeenCase => ({
    guarantee: 'G1',
    name: `g1-${index}`,
    evidence: [],
    ...one,
  }))
  const versions = { One: '1.0' }
  return { name: 'one', title: 'One', group: 'Go', versions, when: '2026-11-21T10:00:00Z', cases: seen }
}

test('toCell shows the first of the worst cases, and how many were kept', () => {
  const row = rowOf(
    { kind: 'kept', figure: '1 ms' },
    { kind: 'not offered', figure: '–' },
    { kind: 'broken', figure: 'all at 903 ms' },
    { kind: 'broken', figure: 'all at 905 ms' },
  )
  expect(toCell(row, 'G1')).toEqual({
    kind: 'broken',
    name: '2',
    figure: 'all at 903 ms',
    kept: 1,
    offered: 3,
  })
})

test('toCell puts what could not run above what was kept, and below what was broken', () => {
  const unknown = { kind: 'could not run', figure: '?' } as const
  expect(toCell(rowOf({ kind: 'kept', figure: '1 ms' }, unknown), 'G1').kind).toBe('could not run')
  expect(toCell(rowOf(unknown, { kind: 'broken', figure: 'cut' }), 'G1').kind).toBe('broken')
})

test('toCell counts what is not offered, and what was not asked, as not offered', () => {
  const nothing = { kind: 'not offered', name: '', figure: '–', kept: 0, offered: 0 }
  expect(toCell(rowOf({ kind: 'not offered', figure: '–' }), 'G1')).toEqual({ ...nothing, name: '0' })
  expect(toCell(rowOf({ kind: 'kept', figure: '1 ms' }), 'G2')).toEqual(nothing)
})
