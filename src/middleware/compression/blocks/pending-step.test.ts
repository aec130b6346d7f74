import { describe, expect, it } from 'vitest'
import type { Step } from '../../../body/source.ts'
import { PendingStep } from './pending-step.ts'

const step: Step = { done: false, value: 'a' }

describe('PendingStep', () => {
  it('waits until the turn ends, more than once, and then for the answer', async () => {
    const { promise, resolve } = Promise.withResolvers<Step>()
    const pending = new PendingStep(promise)
    await pending.withinTurn()
    await pending.withinTurn()
    expect(pending.take()).toBeUndefined()
    resolve(step)
    await pending.within(undefined)
    expect(pending.take()).toBe(step)
    await pending.within(undefined)
    await pending.withinTurn()
  })

  it('waits for an answer that comes in the same turn', async () => {
    const pending = new PendingStep(Promise.resolve().then(() => step))
    await pending.withinTurn()
    expect(pending.take()).toBe(step)
  })

  it('waits for some milliseconds, or for the answer', async () => {
    const { promise, resolve } = Promise.withResolvers<Step>()
    const pending = new PendingStep(promise)
    await pending.within(1)
    expect(pending.take()).toBeUndefined()
    const waiting = pending.within(2_000_000)
    resolve(step)
    await waiting
    expect(pending.take()).toBe(step)
  })

  it('throws what the source has thrown', async () => {
    const pending = new PendingStep(Promise.reject(new Error('no')))
    await pending.within(undefined)
    expect(() => pending.take()).toThrow('no')
  })
})
