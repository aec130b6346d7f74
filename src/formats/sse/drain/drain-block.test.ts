import { expect, it } from 'vitest'
import { checkDrainRetry, toDrainBlock } from './drain-block.ts'

it('checkDrainRetry takes milliseconds, a range of them, or false', () => {
  expect(checkDrainRetry()).toEqual([1000, 5000])
  expect(checkDrainRetry(20)).toEqual([20, 20])
  expect(checkDrainRetry([0, 7])).toEqual([0, 7])
  expect(checkDrainRetry(false)).toBe(false)
  const wrong = JSON.parse('[-1, 1.5, "1", [7, 0], [1], [1, 2, 3], true, null]')
  for (const retry of wrong) expect(() => checkDrainRetry(retry)).toThrow('Cannot use drainRetry')
})

it('toDrainBlock tells when to come back, spread over the range', () => {
  const block = toDrainBlock([1000, 1003], undefined)
  const told = new Set(Array.from({ length: 400 }, () => String(block?.())))
  expect([...told].toSorted()).toEqual([0, 1, 2, 3].map((ms) => `retry: 100${ms}\n\n`))
})

it('toDrainBlock tells the last event before that, or alone', () => {
  const event = () => ({ event: 'bye', data: 'x' })
  expect(toDrainBlock([5, 5], event)?.()).toBe('event: bye\ndata: x\n\nretry: 5\n\n')
  expect(toDrainBlock([5, 5], () => undefined)?.()).toBe('retry: 5\n\n')
  expect(toDrainBlock(false, event)?.()).toBe('event: bye\ndata: x\n\n')
  expect(toDrainBlock(false, () => undefined)?.()).toBeUndefined()
  expect(toDrainBlock(false, undefined)).toBeUndefined()
})

it('toDrainBlock refuses what is no function', () => {
  const [wrong] = JSON.parse('["bye"]')
  expect(() => toDrainBlock(false, wrong)).toThrow('Cannot use lastEvent')
})
