import { expect, it } from 'vitest'
import { flush } from '../body/block.ts'
import { rejected, WrittenQueue } from './written-queue.ts'

const block = (bytes: number) => new Uint8Array(bytes)

it('WrittenQueue gives blocks in order, and resolves each when it was handed on', async () => {
  const queue = new WrittenQueue()
  const one = block(1)
  const done: string[] = []
  void queue.add(one).then(() => done.push('one'))
  const last = queue.add(flush).then(() => done.push('flush'))
  expect(queue.take()).toBe(one)
  queue.handOn()
  expect(queue.take()).toBe(flush)
  queue.handOn()
  await last
  expect(done).toEqual(['one', 'flush'])
  expect(queue.take()).toBeUndefined()
  expect(queue.bytes).toBe(1)
})

it('WrittenQueue says what is too much: for the length, and for one that does not wait', () => {
  const queue = new WrittenQueue()
  expect(queue.overflowOf(block(5), 4)?.code).toBe('W13')
  expect(queue.overflowOf(block(2_000_000))).toBeUndefined()
  void queue.add(block(1_000_000))
  expect(queue.overflowOf(block(100_000))?.code).toBe('W12')
  queue.take()
  expect(queue.overflowOf(block(100_000))).toBeUndefined()
  expect(queue.overflowOf(block(1), 1_000_000)?.code).toBe('W13')
})

it('WrittenQueue refuses what waits and what comes when it is closed', async () => {
  const queue = new WrittenQueue()
  const waiting = queue.add(block(1))
  queue.close()
  for (const written of [waiting, queue.add(block(1))]) {
    const error: unknown = await written.catch((thrown: unknown) => thrown)
    expect(queue.isRefusal(error)).toBe(true)
  }
  expect(queue.isRefusal(new Error('other'))).toBe(false)
})

it('rejected() gives a promise that nobody has to await', async () => {
  const error = new Error('x')
  await expect(rejected(error)).rejects.toBe(error)
})
