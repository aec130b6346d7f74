import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { formatLogLine } from './format-log-line.ts'

const time = new Date(2026, 0, 2, 3, 4, 5)
const show = (fields: object) => stripVTControlCharacters(formatLogLine('info', fields, time))

describe('formatLogLine', () => {
  it('says what was sent, and when', () => {
    const sent = { bytes: 1_500_000, blocks: 842, firstBlockMs: 3.21, durationMs: 1234.5 }
    expect(show({ method: 'GET', path: '/a.csv', status: 200, outcome: 'complete', ...sent })).toBe(
      '03:04:05 GET /a.csv 200 complete 1.5 MB in 842 blocks, first after 3 ms, all in 1.2 s',
    )
  })

  it('says why it failed, and nothing of a first block that there was not', () => {
    const fields = {
      status: undefined,
      outcome: 'failed',
      bytes: 0,
      blocks: 0,
      durationMs: 2,
      error: 'Error: no',
    }
    expect(show({ method: 'GET', path: '/', ...fields })).toBe(
      '03:04:05 GET / - failed: Error: no 0 B in 0 blocks, all in 2 ms',
    )
  })

  it('G12: lets no client write a line of its own', () => {
    const text = show({ method: 'GET', path: '/\u001b[2J\n03:04:05 GET /', status: 200, outcome: 'complete' })
    expect(text).toMatch(/^03:04:05 GET \/\?\[2J\?03:04:05\?GET\?\/ 200 /)
  })
})
