import { parseArgs } from 'node:util'
import { checkSteps, type Step, type StepResult } from './check-steps.ts'
import { runSteps, type StepRun } from './run-steps.ts'

// The one command: `npm test` and `npm run check` run it. It ends with one line of counts.

const usage = `npm run check -- [--only=<step,…>] [--fix] [--bail]

  --only   runs these steps alone; "tests" stands for the suite on every Node
  --fix    formats, and repairs what the linter can
  --bail   stops at the first step that fails
`

function readOptions(): { only: string[]; fix: boolean; bail: boolean } {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      fix: { type: 'boolean', default: false },
      bail: { type: 'boolean', default: false },
    },
  })
  return { ...values, only: values.only.flatMap((names) => names.split(',')) }
}

function choose(steps: Step[], only: string[]): Step[] {
  const isNamed = (step: Step, name: string): boolean =>
    step.name === name || (name === 'tests' && step.name.startsWith('node'))
  const unknown = only.filter((name) => !steps.some((step) => isNamed(step, name)))
  if (unknown.length > 0) {
    const names = steps.map(({ name }) => name).join(', ')
    throw new RangeError(`Cannot run ${unknown.join(', ')}: the steps are ${names}`)
  }
  return only.length === 0 ? steps : steps.filter((step) => only.some((name) => isNamed(step, name)))
}

function printStart({ title }: Step): void {
  process.stdout.write(`${title} `.padEnd(22, '.'))
}

function printEnd({ isOk, output, note }: StepResult, seconds: number): void {
  const time = `(${seconds.toFixed(1)} s)`
  if (isOk) console.log(` ok ${time}${note === undefined ? '' : `  ${note}`}`)
  else console.log(` FAILED ${time}\n\n${output.trim()}\n`)
}

function printSummary(runs: StepRun[]): void {
  const failed = runs.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return
  console.log('\nFailed, and how to run just that:')
  for (const { step } of failed)
    console.log(`  ${step.title.padEnd(20)} npm run check -- --only=${step.name}`)
}

function printCounts(runs: StepRun[]): void {
  const steps = (state: StepRun['state']): number => runs.filter((run) => run.state === state).length
  const tests = (key: 'passed' | 'failed' | 'skipped'): number =>
    runs.reduce((sum, { counts }) => sum + (counts?.[key] ?? 0), 0)
  const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map(
    (key) => steps(key) + tests(key),
  )
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
}

async function main(): Promise<void> {
  const { only, fix, bail } = readOptions()
  const steps = choose(checkSteps(fix), only)
  const printSkip = (reason: string): void => console.log(` skipped: ${reason}`)
  const runs = await runSteps(steps, { bail, printStart, printEnd, printSkip })
  printSummary(runs)
  printCounts(runs)
  if (runs.some(({ state }) => state === 'failed')) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(`\n${usage}`)
  process.exitCode = 2
}
