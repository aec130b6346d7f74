import { expect, it } from 'vitest'
import { broken } from './broken.ts'

const options = { pause: () => Promise.resolve() }

it('broken gives a thousand rows, closes its source and fails', async () => {
  let closed = 0
  function* batches(): Generator<number[]> {
    try {
      for (;;) yield Array.from({ length: 300 }, () => 1)
    } finally {
      closed++
    }
  }
  const rows = broken(batches(), options)
  const lengths: unknown[] = []
  for (let step = 0; step < 4; step++) lengths.push((await rows.next()).value?.length)
  expect(lengths).toEqual([300, 300, 300, 100])
  await expect(rows.next()).rejects.toThrow('Cannot read row 1001: this source fails on purpose')
  expect(closed).toBe(1)
})

it('broken fails at the end of a shorter source too', async () => {
  const rows = broken([[1, 2]], options)
  await rows.next()
  await expect(rows.next()).rejects.toThrow('Cannot read row 3')
})
