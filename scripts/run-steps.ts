import type { Step, StepResult } from './check-steps.ts'
import type { TestCounts } from './run-tests.ts'

/** How one step of the check ended. */
export interface StepRun {
  step: Step
  state: 'passed' | 'failed' | 'skipped'
  counts?: TestCounts
}

interface RunStepsOptions {
  bail?: boolean
  printStart: (step: Step) => void
  printEnd: (result: StepResult, seconds: number) => void
  printSkip: (reason: string) => void
}

/** Runs the steps one after the other, all of them unless `bail` stops at the first that fails. */
export async function runSteps(steps: Step[], options: RunStepsOptions): Promise<StepRun[]> {
  const runs: StepRun[] = []
  for (const step of steps) {
    const isStopped = options.bail === true && runs.some(({ state }) => state === 'failed')
    const reason = isStopped ? 'a step before it failed' : step.skip?.()
    options.printStart(step)
    if (reason === undefined) runs.push(await runStep(step, options))
    else {
      options.printSkip(reason)
      runs.push({ step, state: 'skipped' })
    }
  }
  return runs
}

async function runStep(step: Step, { printEnd }: RunStepsOptions): Promise<StepRun> {
  const start = performance.now()
  const result = await step.run()
  printEnd(result, (performance.now() - start) / 1000)
  const state = result.isOk ? 'passed' : 'failed'
  return { step, state, ...(result.counts && { counts: result.counts }) }
}
