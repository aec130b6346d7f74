import { expect, test } from 'vitest'
import type { ConformanceCase } from '../conformance-case.ts'
import { kept } from '../case-result.ts'
import { runCases } from './run-cases.ts'

function toCase(name: string, place?: ConformanceCase['place']): ConformanceCase {
  return { guarantee: 'G1', name, title: '', why: '', run: async () => kept(''), ...(place ? { place } : {}) }
}

test('runCases runs those that go together so many at a time, and the others by their places', async () => {
  const cases = [
    toCase('last', 'last'),
    toCase('a'),
    toCase('alone', 'alone'),
    toCase('b'),
    toCase('timed', 'timed'),
    toCase('c'),
  ]
  const events: string[] = []
  let running = 0
  let most = 0
  await runCases(cases, {
    concurrency: 2,
    async run({ name }) {
      events.push(name)
      running += 1
      most = Math.max(most, running)
      if (name === 'alone' || name === 'last' || name === 'timed') expect(running).toBe(1)
      await new Promise(setImmediate)
      running -= 1
    },
  })
  expect(events).toEqual(['timed', 'a', 'b', 'c', 'alone', 'last'])
  expect(most).toBe(2)
})
