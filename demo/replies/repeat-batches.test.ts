import { expect, it } from 'vitest'
import { repeatBatches } from './repeat-batches.ts'

it('repeatBatches opens its source each time, after the last one has ended, and closes it early', () => {
  const told: string[] = []
  function* open(): Generator<string> {
    told.push('open')
    try {
      yield 'a'
      yield 'b'
    } finally {
      told.push('closed')
    }
  }
  expect([...repeatBatches(2, open)]).toEqual(['a', 'b', 'a', 'b'])
  expect(told).toEqual(['open', 'closed', 'open', 'closed'])
  for (const _ of repeatBatches(2, open)) break
  expect(told.slice(4)).toEqual(['open', 'closed'])
})
