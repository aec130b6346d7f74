import { expect, it, vi } from 'vitest'
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
  await readers.whenWoken()
  expect(woken).toHaveLength(3)
})

it('ParkedReaders stops at the first reader that there is nothing for', async () => {
  const readers = new ParkedReaders()
  const woken: string[] = []
  createReader(readers, woken, 'a')
  createReader(readers, woken, 'b').isDue = false
  createReader(readers, woken, 'c')
  readers.wake()
  await readers.whenWoken()
  expect(woken).toEqual(['a'])
})

it('ParkedReaders does not wake a reader that has left', async () => {
  const readers = new ParkedReaders()
  const woken: string[] = []
  const left = createReader(readers, woken, 'a')
  createReader(readers, woken, 'b')
  readers.wake()
  readers.delete(left)
  await readers.whenWoken()
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
  await readers.whenWoken()
  expect(woken).toHaveLength(200)
  now.mockRestore()
})
