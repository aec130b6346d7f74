import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from './read-files.ts'
import { runCommand, type CommandResult } from './run-command.ts'

/** How many tests ended in which way. */
export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

/** Which tests of a folder (by default this clone) run: those under `only`, or all, but for `without`; `env` is added. */
export interface TestChoice {
  folder?: string
  only?: readonly string[]
  without?: readonly string[]
  env?: Readonly<Record<string, string>>
}

/** The most files that are run again: where more have failed, it is not the machine. */
const MOST_AGAIN = 3

/** What vitest tells of a run: the counts, and the files in which something failed, as the folder names them, each with its own. */
export interface TestReport {
  counts: TestCounts
  failed: ReadonlyMap<string, TestCounts>
}

type Run = CommandResult & TestReport

/**
 * Runs tests on the Node at that path and counts them by vitest's own report. Files that fail beside others run once
 * more by themselves: what is tested is not whether the machine stands still for a moment. What failed is printed
 * all the same, and the note names it.
 */
export async function runTests(
  node: string,
  { folder = root, only = [], without = [], env = {} }: TestChoice = {},
): Promise<CommandResult & { note: string; counts: TestCounts }> {
  const excluded = without.map((pattern) => `--exclude=${pattern}`)
  const run = (args: string[]) => runOnce(node, args, { cwd: folder, env: { ...process.env, ...env } })
  const first = await run([...only, ...excluded])
  if (!mayRunAgain(first)) return judge(first)
  const names = [...first.failed.keys()]
  console.log(`\n\n${first.output.trim()}\n\nFailed beside others, and runs by itself: ${names.join(', ')}`)
  const again = await run([...names, '--maxWorkers=1'])
  const result = judge({ ...again, counts: replaceCounts(first, again) })
  return result.isOk ? { ...result, note: `${result.note}; only by itself: ${names.join(', ')}` } : result
}

async function runOnce(
  node: string,
  args: string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tests-'))
  try {
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
    // Each server with a transmitter starts a thread of its own, which loads its modules anew.
    const NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'compiled')
    const command = [vitest, 'run', ...args, ...reporters]
    const result = await runCommand(node, command, { cwd, env: { ...env, NODE_COMPILE_CACHE } })
    return { ...result, ...readReport(report, cwd) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// An error outside every test belongs to no file.
function mayRunAgain({ failed, output }: Run): boolean {
  return failed.size > 0 && failed.size <= MOST_AGAIN && !output.includes('Unhandled Error')
}

function replaceCounts(first: TestReport, again: TestReport): TestCounts {
  const counts = { ...again.counts }
  for (const key of ['passed', 'failed', 'skipped'] as const) {
    counts[key] += first.counts[key]
    for (const file of first.failed.values()) counts[key] -= file[key]
  }
  return counts
}

// A suite that ran no test has proved nothing, however it ended.
function judge({ isOk, output, counts }: Run): CommandResult & { note: string; counts: TestCounts } {
  const { passed, failed, skipped } = counts
  const note = `${passed} tests${skipped > 0 ? `, ${skipped} skipped` : ''}`
  if (passed + failed > 0) return { isOk: isOk && failed === 0, output, note, counts }
  return { isOk: false, output: `${output}\nNo test ran\n`, note, counts }
}

/** Reads vitest's JSON report; all counts are 0 when it wrote none, or a broken one. */
export function readReport(path: string, folder = root): TestReport {
  const { testResults, ...report } = readJson(path)
  const count = (key: string): number => {
    const value = report[key]
    return typeof value === 'number' ? value : 0
  }
  const counts = {
    passed: count('numPassedTests'),
    failed: count('numFailedTests'),
    skipped: count('numPendingTests') + count('numTodoTests'),
  }
  const files = Array.isArray(testResults) ? testResults.filter(({ status }) => status === 'failed') : []
  return { counts, failed: new Map(files.map((file) => [relative(folder, file.name), countTests(file)])) }
}

function countTests({ assertionResults }: { assertionResults: { status: string }[] }): TestCounts {
  const count = (...names: string[]) => assertionResults.filter(({ status }) => names.includes(status)).length
  const [passed, failed] = [count('passed'), count('failed')]
  return { passed, failed, skipped: assertionResults.length - passed - failed }
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {} // vitest stopped before it wrote its report; its output says why.
  }
}
