import { expect, test } from 'vitest'
import type { CaseKind } from '../case-result.ts'
import type { Guarantee } from '../conformance-case.ts'
import { type CaseReport, toCaseReport, toConformanceReport } from './conformance-report.ts'

function toReport(guarantee: Guarantee, kind: CaseKind, figure = ''): CaseReport {
  const about = { guarantee, name: `${guarantee}-${figure}`, title: 'title', why: 'why' }
  const one = { ...about, run: () => Promise.reject(new Error('not run')) }
  return toCaseReport(one, { kind, figure, evidence: [] }, { took: 1.4, runs: 1 })
}

function put(...cases: CaseReport[]) {
  const url = new URL('http://localhost:3000')
  return toConformanceReport({ url, protocol: 'HTTP/1.1', when: new Date(0), took: 12.3, cases })
}

test('toConformanceReport gives each guarantee the worst of its cases', () => {
  const { guarantees } = put(
    toReport('G1', 'kept', '1 ms'),
    toReport('G1', 'broken', 'all at 900 ms'),
    toReport('G2', 'not offered', '–'),
    toReport('G4', 'kept', 'cut'),
    toReport('G4', 'not offered', '–'),
    toReport('G9', 'could not run', '?'),
  )
  expect(guarantees).toEqual([
    { guarantee: 'G1', kind: 'broken', figure: 'all at 900 ms', kept: 1, offered: 2 },
    { guarantee: 'G2', kind: 'not offered', figure: '–', kept: 0, offered: 0 },
    { guarantee: 'G4', kind: 'kept', figure: 'cut', kept: 1, offered: 1 },
    { guarantee: 'G9', kind: 'could not run', figure: '?', kept: 0, offered: 1 },
  ])
})

test('a report is kept when all that is offered was kept', () => {
  expect(put(toReport('G1', 'kept'), toReport('G2', 'not offered')).isKept).toBe(true)
  expect(put(toReport('G1', 'kept'), toReport('G2', 'broken')).isKept).toBe(false)
  expect(put(toReport('G1', 'kept'), toReport('G2', 'could not run')).isKept).toBe(false)
  expect(put(toReport('G2', 'not offered')).isKept).toBe(false)
})

test('a report is plain JSON', () => {
  const report = put(toReport('G1', 'kept', '1 ms'))
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  expect(report).toMatchObject({ url: 'http://localhost:3000/', when: '1970-01-01T00:00:00.000Z', took: 12 })
})
