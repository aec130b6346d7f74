import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './read-files.ts'
import { runCommand, type CommandResult } from './run-command.ts'

/** How many tests ended in which way. */
export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

/** Which tests are run: those under `only`, or all, but for `without`; `env` is added to the environment. */
export interface TestChoice {
  only?: readonly string[]
  without?: readonly string[]
  env?: Readonly<Record<string, string>>
}

/** Runs tests on the Node at that path and counts them by vitest's own report. */
export async function runTests(
  node: string,
  { only = [], without = [], env: given = {} }: TestChoice = {},
): Promise<CommandResult & { note: string; counts: TestCounts }> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tests-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    const excluded = without.map((pattern) => `--exclude=${pattern}`)
    // Each server with a transmitter starts a thread of its own, which loads its modules anew.
    const env = {
      ...process.env,
      ...given,
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
    }
    const result = await runCommand(node, [vitest, 'run', ...only, ...reporters, ...excluded], { env })
    const counts = readCounts(report)
    return { ...result, ...judge(result, counts), counts }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// A suite that ran no test has proved nothing, however it ended.
function judge({ isOk, output }: CommandResult, { passed, failed, skipped }: TestCounts) {
  const note = `${passed} tests${skipped > 0 ? `, ${skipped} skipped` : ''}`
  if (passed + failed > 0) return { isOk: isOk && failed === 0, note }
  return { isOk: false, note, output: `${output}\nNo test ran\n` }
}

/** Reads the counts of vitest's JSON report; all are 0 when it wrote none, or a broken one. */
export function readCounts(path: string): TestCounts {
  const report = readJson(path)
  const count = (key: string): number => {
    const value = report[key]
    return typeof value === 'number' ? value : 0
  }
  return {
    passed: count('numPassedTests'),
    failed: count('numFailedTests'),
    skipped: count('numPendingTests') + count('numTodoTests'),
  }
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {} // vitest stopped before it wrote its report; its output says why.
  }
}
