import { describe, expect, it } from 'vitest'
import type { Step } from './check-steps.ts'
import { runSteps } from './run-steps.ts'

function step(name: string, isOk: boolean, reason?: string): Step {
  return { name, title: name, run: async () => ({ isOk, output: '' }), skip: () => reason }
}

async function run(steps: Step[], bail = false) {
  const printed: string[] = []
  const runs = await runSteps(steps, {
    bail,
    printStart: ({ name }) => printed.push(name),
    printEnd: ({ isOk }) => printed.push(isOk ? 'ok' : 'FAILED'),
    printSkip: (reason) => printed.push(reason),
  })
  return { printed, states: runs.map(({ state }) => state) }
}

describe('runSteps', () => {
  it('goes on after a step that fails', async () => {
    const { states, printed } = await run([step('a', false), step('b', true)])
    expect(states).toEqual(['failed', 'passed'])
    expect(printed).toEqual(['a', 'FAILED', 'b', 'ok'])
  })

  it('stops at the first step that fails with bail, and counts the rest as skipped', async () => {
    const { states } = await run([step('a', true), step('b', false), step('c', true)], true)
    expect(states).toEqual(['passed', 'failed', 'skipped'])
  })

  it('skips a step that cannot run here, and prints the reason', async () => {
    const { states, printed } = await run([step('a', false, 'no Node 22')])
    expect(states).toEqual(['skipped'])
    expect(printed).toEqual(['a', 'no Node 22'])
  })
})
