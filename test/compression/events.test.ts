import { randomBytes } from 'node:crypto'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { describe, expect, it } from 'vitest'
import { channel, sse } from 'millrace'
import { compress, type Encoding } from 'millrace/middleware'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'
import { DecodingClient } from './decoding-client.ts'
import { WatchingDecoder } from './watching-decoder.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']

function readEvents(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = []
  createParser({ onEvent: (event) => events.push(event) }).feed(text)
  return events
}

eachDelivery('compress', (open) => {
  it.each(encodings)(
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

describe('Channel.flush, with the compression of the application', () => {
  it.each(encodings)(
    'G1: has handed each event on, in %s, even when the sender then blocks the CPU',
    async (encoding) => {
      const news = channel()
      // It takes the compressor longer than a turn of the event loop, and leaves in one piece.
      const large = randomBytes(40_000).toString('base64')
      await using server = await openTestServer({
        use: [compress({ events: true })],
        routes: { '/': (context) => news.open(context) },
      })
      const marks = ['id: ', 'data: one\n\n', 'data: two\n\n', 'data: three\n\n']
      await using first = new WatchingDecoder(server.url, encoding, marks)
      await using second = new WatchingDecoder(server.url, encoding, marks)
      const clients = [first, second]
      await Promise.all(clients.map((client) => client.ready()))
      for (const client of clients) client.send()
      await expect.poll(() => news.readers).toBe(2)
      const seen: boolean[] = []
      const block = (count: number) => seen.push(...clients.map((client) => client.blockUntilSeen(count)))
      news.send(`${large}\none`)
      await news.flush()
      block(2)
      // The second of two that come one after the other is taken when the compressor has done the first.
      news.send(large)
      await new Promise((resolve) => setImmediate(resolve))
      news.send(`${large}\ntwo`)
      await news.flush()
      block(3)
      news.close('three')
      await news.flush()
      block(4)
      expect(seen).toEqual(Array.from({ length: 6 }, () => true))
    },
    60_000,
  )

  it('waits for no reader that does not read, and for none that leaves', async () => {
    const news = channel()
    await using server = await openTestServer({
      use: [compress({ events: true })],
      routes: { '/': (context) => news.open(context) },
    })
    const [stalled, leaving] = [
      new DecodingClient(server.url, 'gzip'),
      new DecodingClient(server.url, 'gzip'),
    ]
    for (const client of [stalled, leaving]) await client.until('id: ')
    await stalled.pause()
    // More than the kernel takes for it.
    for (let count = 0; count < 40; count++) {
      news.send(randomBytes(150_000).toString('base64'))
      await news.flush()
    }
    news.send(randomBytes(2_000_000).toString('base64'))
    const flushed = news.flush()
    await leaving.leave()
    await flushed
    await stalled.leave()
    await expect.poll(() => news.readers).toBe(0)
  }, 60_000)
})
