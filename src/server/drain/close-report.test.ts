import { expect, it } from 'vitest'
import { type CloseReport, sumReports } from './close-report.ts'

it('sumReports adds what several processes have done at the same time', () => {
  const reply = { method: 'GET', path: '/', protocol: 'HTTP/1.1', bytes: 1, blocks: 1, milliseconds: 5 }
  const one: CloseReport = { ended: 3, lastBlocks: 1, broken: 2, aborted: [reply], milliseconds: 10 }
  const two: CloseReport = { ended: 4, lastBlocks: 2, broken: 0, aborted: [], milliseconds: 40 }
  expect(sumReports([one, two])).toEqual({
    ended: 7,
    lastBlocks: 3,
    broken: 2,
    aborted: [reply],
    milliseconds: 40,
  })
  expect(sumReports([])).toEqual({ ended: 0, lastBlocks: 0, broken: 0, aborted: [], milliseconds: 0 })
})
