import { describe, expect, it, vi } from 'vitest'
import { StepQueue } from './step-queue.ts'

function open() {
  const onFailure = vi.fn<() => void>()
  const log: string[] = []
  const queue = new StepQueue(onFailure)
  const note = (name: string) => () => void log.push(name)
  return { queue, log, note, onFailure }
}

describe('StepQueue', () => {
  it('does at once what needs no waiting', async () => {
    const { queue, log, note } = open()
    queue.add(note('a'))
    queue.add(note('b'))
    expect(log).toEqual(['a', 'b'])
    await queue.settle()
  })

  it('keeps the order where a step waits, and adds to it', async () => {
    const { queue, log, note } = open()
    const first = Promise.withResolvers<void>()
    queue.add(() => first.promise.then(note('first')))
    queue.add(() => void queue.add(note('added')))
    queue.add(note('last'))
    expect(log).toEqual([])
    first.resolve()
    await queue.settle()
    expect(log).toEqual(['first', 'last', 'added'])
    queue.add(note('later'))
    expect(log.at(-1)).toBe('later')
  })

  it.each<[string, () => Promise<void> | undefined]>([
    [
      'throws',
      () => {
        throw new Error('It breaks on purpose')
      },
    ],
    ['rejects', () => Promise.reject(new Error('It breaks on purpose'))],
  ])('does no other step after one that %s', async (_, step) => {
    const { queue, log, note, onFailure } = open()
    queue.add(step)
    queue.add(note('more'))
    await expect(queue.settle()).rejects.toThrow('It breaks on purpose')
    queue.add(note('later'))
    await expect(queue.settle()).rejects.toThrow('It breaks on purpose')
    expect(log).toEqual([])
    expect(onFailure).toHaveBeenCalledOnce()
  })
})
