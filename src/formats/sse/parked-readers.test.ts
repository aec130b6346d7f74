import { expect, it, vi } from 'vitest'
import { settle } from '../../../test/support/start-pump.ts'
import { ParkedReaders } from './parked-readers.ts'

function createReader(readers: ParkedReaders, woken: string[], name: string) {
  const reader = { isDue: true, wake: () => void woken.push(name) }
  readers.add(reader)
  return reader
}

it('ParkedReaders wakes readers in their order when the caller has come to its end', async () => {
  const readers = new ParkedReaders()
  const woken: string[] = []
  for (const name of ['a', 'b', 'c']) createReader(readers, woken, name)
  readers.wake()
  readers.wake()
  expect(woken).toEqual([])
  await Promise.resolve()
  expect(woken).toEqual(['a', 'b', 'c'])
  readers.wake()
  await readers.whenHandedOn(1)
  expect(woken).toHaveLength(3)
})

it('ParkedReaders stops at the first reader that there is nothing for', async () => {
  const readers = new ParkedReaders()
  const woken: string[] = []
  createReader(readers, woken, 'a')
  createReader(readers, woken, 'b').isDue = false
  createReader(readers, woken, 'c')
  readers.wake()
  await readers.whenHandedOn(1)
  expect(woken).toEqual(['a'])
})

it('ParkedReaders does not wake a reader that has left', async () => {
  const readers = new ParkedReaders()
  const woken: string[] = []
  const left = createReader(readers, woken, 'a')
  createReader(readers, woken, 'b')
  readers.wake()
  readers.delete(left)
  await readers.whenHandedOn(1)
  expect(woken).toEqual(['b'])
})

it('ParkedReaders gives others their turn while many readers are woken', async () => {
  let clock = 0
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 3))
  const readers = new ParkedReaders()
  const woken: string[] = []
  for (let count = 0; count < 200; count++) createReader(readers, woken, String(count))
  readers.wake()
  await new Promise((resolve) => process.nextTick(resolve))
  const inTurn = woken.length
  expect(inTurn).toBeGreaterThan(0)
  expect(inTurn).toBeLessThan(200)
  await readers.whenHandedOn(1)
  expect(woken).toHaveLength(200)
  now.mockRestore()
})

it('ParkedReaders waits for the work on what a reader was given, with what it is given next, and for no more', async () => {
  const readers = new ParkedReaders()
  const reader = {}
  const works = [1, 2, 3].map(() => Promise.withResolvers<void>())
  readers.keep(reader, 1, works[0]?.promise ?? Promise.reject())
  let isOver = false
  const over = readers.whenHandedOn(2).then(() => (isOver = true))
  // It had event 1 when event 2 was sent, and takes that as soon as it can.
  void works[0]?.promise.then(() => readers.keep(reader, 2, works[1]?.promise ?? Promise.reject()))
  await settle()
  expect(isOver).toBe(false)
  works[0]?.resolve()
  await settle()
  expect(isOver).toBe(false)
  void works[1]?.promise.then(() => readers.keep(reader, 3, works[2]?.promise ?? Promise.reject()))
  works[1]?.resolve()
  await over
})

it('ParkedReaders waits no longer for a reader that is not asked again, or whose work is broken off', async () => {
  const readers = new ParkedReaders()
  const works = [1, 2].map(() => Promise.withResolvers<void>())
  for (const work of works) readers.keep({}, 1, work.promise)
  let isOver = false
  const over = readers.whenHandedOn(9).then(() => (isOver = true))
  works[0]?.resolve()
  await settle()
  expect(isOver).toBe(false)
  works[1]?.reject(new Error('gone'))
  await over
})
