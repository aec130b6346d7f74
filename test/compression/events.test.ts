import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { expect, it } from 'vitest'
import { sse } from 'millrace'
import { compress, type Encoding } from 'millrace/middleware'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { DecodingClient } from './decoding-client.ts'

function readEvents(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = []
  createParser({ onEvent: (event) => events.push(event) }).feed(text)
  return events
}

eachDelivery('compress', (open) => {
  it.each<Encoding>(['zstd', 'br', 'gzip', 'deflate'])(
    'G1, G11: each event is decoded before the next is opened, in %s, where events are wanted',
    async (encoding) => {
      const gate = new Gate()
      await using server = await open({ use: [compress({ events: true })], routes: { '/': () => sse(gate) } })
      const client = new DecodingClient(server.at('/'), encoding)
      const texts = ['one', 'two', 'drei\nä', 'x'.repeat(70_000)]
      for (const [index, text] of texts.entries()) {
        await gate.whenAsked(index + 1)
        gate.open(text)
        await client.untilEnding(`data: ${text.split('\n').at(-1)}\n\n`)
      }
      gate.end()
      const { bytes, ...rest } = await client.over()
      expect(rest).toEqual({ isEncodingWhole: true, isMessageWhole: true })
      expect(readEvents(bytes.toString()).map(({ data }) => data)).toEqual(texts)
      expect((await client.head()).headers['content-encoding']).toBe(encoding)
    },
  )
})
