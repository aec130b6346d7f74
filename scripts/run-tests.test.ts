import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { root } from './read-files.ts'
import { readReport, runTests } from './run-tests.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-counts-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readReport', () => {
  it('counts skipped and planned tests as skipped', () => {
    const path = join(folder, 'report.json')
    const report = { numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 3 }
    writeFileSync(path, JSON.stringify(report))
    expect(readReport(path).counts).toEqual({ passed: 7, failed: 2, skipped: 4 })
  })

  it('counts nothing when there is no report, or half of one', () => {
    const none = { counts: { passed: 0, failed: 0, skipped: 0 }, failed: new Map() }
    const path = join(folder, 'broken.json')
    writeFileSync(path, '{ "numPassedTests": 7,')
    expect(readReport(path)).toEqual(none)
    expect(readReport(join(folder, 'nowhere.json'))).toEqual(none)
  })
  it('tells the files in which something failed, each with its own counts', () => {
    const path = join(folder, 'failed.json')
    const [good, bad] = ['a/good.test.ts', 'b/bad.test.ts'].map((name) => join(root, name))
    const testResults = [
      { name: good, status: 'passed', assertionResults: [{ status: 'passed' }] },
      {
        name: bad,
        status: 'failed',
        assertionResults: ['failed', 'passed', 'skipped'].map((status) => ({ status })),
      },
    ]
    writeFileSync(path, JSON.stringify({ testResults }))
    const own = { passed: 1, failed: 1, skipped: 1 }
    expect([...readReport(path).failed]).toEqual([['b/bad.test.ts', own]])
  })
})

describe('runTests', () => {
  const project = join(folder, 'project')
  const toSuite = (title: string, ...lines: string[]) => [
    "import { existsSync, writeFileSync } from 'node:fs'",
    "import { expect, test } from 'vitest'",
    "test('good', () => {})",
    `test('${title}', () => {`,
    ...lines,
    '})',
  ]
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(project, `${name}.test.js`), lines.join('\n'))

  beforeAll(() => {
    mkdirSync(project)
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
    write('steady', toSuite('steady'))
  })

  it('runs once more what failed beside others, names it, and counts each test once', async () => {
    const seen = JSON.stringify(join(project, 'seen'))
    const lines = [`const isFirst = !existsSync(${seen})`, `writeFileSync(${seen}, '')`]
    write('unsteady', toSuite('unsteady', ...lines, 'expect(isFirst).toBe(false)'))
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const result = await runTests(process.execPath, { folder: project })
    expect(result).toMatchObject({
      isOk: true,
      counts: { passed: 4, failed: 0, skipped: 0 },
      note: '4 tests; only by itself: unsteady.test.js',
    })
    expect(log.mock.calls.flat().join('\n')).toContain('expected true to be false')
    log.mockRestore()
  })

  it('fails where it fails again', async () => {
    write('unsteady', toSuite('broken', 'expect(1).toBe(2)'))
    const log = vi.spyOn(console, 'log').mockReturnValue()
    const result = await runTests(process.execPath, { folder: project })
    log.mockRestore()
    expect(result).toMatchObject({ isOk: false, counts: { passed: 3, failed: 1, skipped: 0 } })
    expect(result.output).toContain('expected 1 to be 2')
  })
})
