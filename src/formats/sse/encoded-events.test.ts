import { expect, it } from 'vitest'
import { flush } from '../../body/block.ts'
import { toBlocks } from '../../body/blocks.ts'
import { EncodedEvents } from './encoded-events.ts'

it('EncodedEvents gives its preface before the source is asked, then a block for each event', () => {
  let asked = 0
  const events = toBlocks(
    (function* () {
      asked++
      yield 'a'
      yield flush
      yield { data: 2 }
    })(),
  )
  const encoded = new EncodedEvents(events, 'retry: 1\n\n')
  expect(encoded.next()).toEqual({ done: false, value: 'retry: 1\n\n' })
  expect(asked).toBe(0)
  expect(encoded.next()).toEqual({ done: false, value: 'data: a\n\n' })
  expect(encoded.next()).toEqual({ done: false, value: flush })
  expect(encoded.next()).toEqual({ done: false, value: 'data: 2\n\n' })
  expect(encoded.next()).toEqual({ done: true, value: undefined })
})

it('G5: EncodedEvents closes a source that was not read to its end', async () => {
  let closed = 0
  const source = async function* () {
    try {
      yield 'a'
      yield 'b'
    } finally {
      closed++
    }
  }
  const encoded = new EncodedEvents(toBlocks(source), '')
  expect(await encoded.next()).toEqual({ done: false, value: 'data: a\n\n' })
  await encoded.close()
  expect(closed).toBe(1)
})
