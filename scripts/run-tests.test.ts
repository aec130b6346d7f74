import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readCounts } from './run-tests.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-counts-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readCounts', () => {
  it('counts skipped and planned tests as skipped', () => {
    const path = join(folder, 'report.json')
    const report = { numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 3 }
    writeFileSync(path, JSON.stringify(report))
    expect(readCounts(path)).toEqual({ passed: 7, failed: 2, skipped: 4 })
  })

  it('counts nothing when there is no report, or half of one', () => {
    const none = { passed: 0, failed: 0, skipped: 0 }
    const path = join(folder, 'broken.json')
    writeFileSync(path, '{ "numPassedTests": 7,')
    expect(readCounts(path)).toEqual(none)
    expect(readCounts(join(folder, 'nowhere.json'))).toEqual(none)
  })
})
