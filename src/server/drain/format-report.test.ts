import { expect, it } from 'vitest'
import { type AbortedReply, type CloseReport, sumReports } from './close-report.ts'
import { formatReport } from './format-report.ts'

const nothing = sumReports([])

function aborted(change: Partial<AbortedReply> = {}): AbortedReply {
  const usual = { method: 'GET', path: '/export.csv', protocol: 'HTTP/1.1', blocks: 9, milliseconds: 12_000 }
  return { ...usual, bytes: 3_100_000, ...change }
}

it.each<[Partial<CloseReport>, number, string]>([
  [{}, 10_000, '0 replies ended'],
  [{ ended: 1 }, 10_000, '1 reply ended'],
  [{ ended: 12, lastBlocks: 3 }, 10_000, '12 replies ended (3 with a last block)'],
  [{ ended: 12, broken: 2 }, 10_000, '12 replies ended, 2 failed or left by the client'],
  [
    { ended: 12, aborted: [aborted()] },
    10_000,
    '12 replies ended, 1 aborted after 10 s: GET /export.csv (3.1 MB handed over)',
  ],
  [
    { aborted: [aborted({ bytes: 999 })] },
    1500,
    '0 replies ended, 1 aborted after 1.5 s: GET /export.csv (999 B handed over)',
  ],
  [
    { aborted: [aborted({ bytes: 12_340 })] },
    30,
    '0 replies ended, 1 aborted after 30 ms: GET /export.csv (12.3 kB handed over)',
  ],
])('formatReport tells of %j in one line', (report, grace, text) => {
  expect(formatReport({ ...nothing, ...report }, grace)).toBe(`millrace: drained: ${text}\n`)
})

it('formatReport names five of the replies that were aborted, and says how many more', () => {
  const report = { ...nothing, aborted: Array.from({ length: 8 }, () => aborted({ path: '/a' })) }
  const line = formatReport(report, 10_000)
  expect(line.match(/GET \/a/g)).toHaveLength(5)
  expect(line).toContain(' 8 aborted')
  expect(line).toMatch(/, and 3 more\n$/)
})

it('G12: formatReport prints nothing of a path that is more than a word', () => {
  const report = { ...nothing, aborted: [aborted({ path: `/a b\n\u001b[31m${'x'.repeat(1000)}` })] }
  const line = formatReport(report, 10_000)
  expect(line).toContain('GET /a?b??[31mxxx')
  expect(line.length).toBeLessThan(200)
  expect(line.indexOf('\n')).toBe(line.length - 1)
})
