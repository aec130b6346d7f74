import { describe, expect, it } from 'vitest'
import { createBlock, createProbeReport } from '../../../../test/support/create-probe-report.ts'
import { compareReports } from '../../through/compare-reports.ts'
import { toTerminalStyle } from '../../timeline/terminal-style.ts'
import { formatTextReport, formatThroughText } from './text-report.ts'

const style = toTerminalStyle({ columns: 61 })
const held = createProbeReport('held-to-the-end', {
  arrivals: [621],
  url: 'https://www.example/rows',
  measurement: { fields: [['server', 'nginx/1.22.1']] },
  connection: { expectations: [{ text: 'every 200ms', isMet: false, line: 'Everything came at once' }] },
})

describe('formatTextReport', () => {
  it('tells the verdict, the line of time, the figures and why', () => {
    expect(formatTextReport(createProbeReport('streamed'), style)).toBe(`  GET http://app.example/rows

  ✔ It is streamed

  ·█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▏
  0                 200 ms             400 ms

  status       200 OK over HTTP/1.1
  body         text, in chunks
  connected    in 1 ms
  head         after 10 ms
  first block  after 20 ms
  blocks       4 of 100 B
  gaps         200 ms median, 200 ms p99, 200 ms longest
  bytes        400 B
  end          whole, after 621 ms

  Why
  • It was seen to be streamed
`)
  })

  it('tells what was expected, what usually does it, and how to find out more', () => {
    const text = formatTextReport(held, style)
    expect(text).toContain('  ✖ It is held-to-the-end\n')
    expect(text).toContain('\n  Expected\n  ✖ every 200ms: Everything came at once\n')
    expect(text).toContain('\n  nginx\n    proxy_buffering off;  in the location\n')
    expect(text).toContain('--through https://www.example/rows')
  })

  it('shows several connections, and the figures of the worst', () => {
    const streamed = createProbeReport('streamed')
    const connections = [...streamed.connections, ...held.connections]
    const text = formatTextReport({ ...held, connections }, style)
    expect(text).toContain('  ✔ #1  Streamed · 4 blocks · 400 B · longest gap 200 ms\n')
    expect(text).toContain('  ✖ #2  Held back to the end · 1 block · 100 B\n')
    expect(text).toContain('  first block  after 621 ms\n')
  })

  it('counts the connections that it has no room for', () => {
    const connections = Array.from({ length: 100 }, () => held.connections).flat()
    expect(formatTextReport({ ...held, connections }, style)).toContain('  and 88 more\n')
  })

  it('tells what failed without any figures', () => {
    const failed = createProbeReport('failed', { connection: { measurement: undefined } })
    expect(formatTextReport(failed, style)).toBe(`  GET http://app.example/rows

  ✖ It is failed

  Why
  • It was seen to be failed
`)
  })

  it('says that it draws only the blocks whose times are known', () => {
    const text = formatTextReport(
      createProbeReport('streamed', { measurement: { blockCount: 90_000 } }),
      style,
    )
    expect(text).toContain('drawn are the first 4 of 90,000 blocks')
  })

  it('has no escape sequences without colours, whatever the server sends, and never is wider', () => {
    const evil = '\u001B[2J\u001B]0;owned\u0007\r\n'
    const report = createProbeReport('cut-off', {
      verdict: { line: `No ${evil}`, evidence: [`Why ${evil}`] },
      measurement: {
        reason: evil,
        ending: { kind: 'cut', by: 'framing', message: evil },
        blocks: [createBlock({ at: 20 })],
      },
    })
    const text = formatTextReport(report, style)
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/)
    for (const line of formatTextReport(held, style).split('\n')) {
      if (!line.includes('https://')) expect(line.length).toBeLessThanOrEqual(60)
    }
  })
})

describe('formatThroughText', () => {
  it('shows both on the same line of time, and beside each other', () => {
    const direct = createProbeReport('streamed')
    const report = { direct, through: held, comparison: compareReports(direct, held), isGood: false }
    const text = formatThroughText(report, style)
    expect(text.startsWith('  GET http://app.example/rows\n  through https://www.example/rows\n')).toBe(true)
    expect(text).toContain('✖ The proxy holds it')
    expect(text).toMatch(/ {2}direct {3}·?█▁+█▁+█▁+█▏\n {2}through {2}·+/)
    expect(text).toContain('\n  blocks       4 of 100 B            1\n')
    expect(text).toContain('  ✔ direct: It is streamed\n  ✖ through: It is held-to-the-end\n')
    expect(text).toContain('proxy_buffering off;')
  })
})
