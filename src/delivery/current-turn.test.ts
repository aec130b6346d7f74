import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { currentTurn } from './current-turn.ts'

it('currentTurn stays the same through microtasks, and changes when the event loop turns', async () => {
  const first = currentTurn()
  await Promise.resolve()
  expect(currentTurn()).toBe(first)
  await nextTurn()
  expect(currentTurn()).not.toBe(first)
})
