import { describe, expect, it } from 'vitest'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import { channel } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { WatchingClient } from '../support/watching-client.ts'

eachDelivery('channel', (open) => {
  it('G1: sends each event to every client before the next is sent', async () => {
    const news = channel()
    await using server = await open({ routes: { '/': (context) => news.open(context) } })
    const clients = Array.from({ length: 5 }, () => server.client())
    for (const client of clients) {
      client.get('/')
      await client.until('id: ')
    }
    expect(news.readers).toBe(5)
    for (const data of ['one', 'два', 'x'.repeat(50_000)]) {
      const id = news.send(data)
      for (const client of clients) await client.untilChunk(`id: ${id}\ndata: ${data}\n\n`)
    }
    news.close({ event: 'bye' })
    for (const client of clients) {
      await client.until('event: bye\ndata:\n\n')
      await client.untilEnd()
    }
    expect(news.readers).toBe(0)
  })

  it('G1: what was sent has left after flush(), even when the sender then blocks the CPU', async () => {
    const news = channel()
    await using server = await open({ routes: { '/': (context) => news.open(context) } })
    const request = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'
    const marks = ['id: ', 'data: one\n\n', 'data: two\n\n']
    await using client = new WatchingClient(server, request, marks)
    await client.ready()
    client.send()
    await expect.poll(() => news.readers).toBe(1)
    const seen: boolean[] = []
    for (const [index, data] of ['one', 'two'].entries()) {
      news.send(data)
      await news.flush()
      seen.push(client.blockUntilSeen(index + 2))
    }
    expect(seen).toEqual([true, true])
  })

  it('replays to a client that comes back what it has missed, in one with what is sent meanwhile', async () => {
    const news = channel()
    await using server = await open({ routes: { '/': (context) => news.open(context) } })
    const first = server.client()
    first.get('/')
    await first.until('id: ')
    const id = news.send('a')
    await first.until('data: a\n\n')
    first.leave()
    await expect.poll(() => news.readers).toBe(0)
    news.send('b')
    const second = server.client()
    second.get('/', `Last-Event-ID: ${id}`)
    await second.until('\r\n\r\n')
    news.send('c')
    const text = await second.until('data: c\n\n')
    expect(text.match(/^data: .*$/gm)).toEqual(['data: b', 'data: c'])
  })

  it('tells a client of another process that its place is gone', async () => {
    const before = channel()
    const id = before.send('a')
    const news = channel()
    const newest = news.send('a')
    await using server = await open({ routes: { '/': (context) => news.open(context) } })
    const client = server.client()
    client.get('/', `Last-Event-ID: ${id}`)
    await client.untilChunk(`event: reset\nid: ${newest}\ndata: gone\n\n`)
  })

  it('G7, G10: HEAD is no reader, and a client that leaves is none any more', async () => {
    const news = channel()
    await using server = await open({ routes: { '/': (context) => news.open(context) } })
    const head = await server.fetch('/', { method: 'HEAD' })
    expect(head.headers.get('content-type')).toBe('text/event-stream')
    expect(news.readers).toBe(0)
    const client = server.client()
    client.get('/')
    await client.until('id: ')
    expect(news.readers).toBe(1)
    client.leave()
    await expect.poll(() => news.readers).toBe(0)
    expect(server.reported).toEqual([])
  })
})

/** What a client has had of a channel: events as another parser reads them. */
class Client {
  readonly #parser = createParser({ onEvent: (event) => this.#take(event) })
  readonly #decoder = new TextDecoder()
  readonly data: string[] = []
  readonly signs: EventSourceMessage[] = []
  lastId: string | undefined

  feed(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true })
    // The parser does not tell of an id without data; a browser keeps it.
    const place = /^id: (.*)\n\n$/.exec(text)?.[1]
    if (place !== undefined) this.lastId = place
    this.#parser.feed(text)
  }

  #take(event: EventSourceMessage): void {
    if (event.id !== undefined) this.lastId = event.id
    if (event.event === undefined) this.data.push(event.data)
    else this.signs.push(event)
  }
}

type Step = { kind: 'send'; count: number } | { kind: 'read' } | { kind: 'leave' } | { kind: 'return' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send'), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'read' }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'leave' }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'return' }) },
)

describe('channel, whatever happens in whichever order', () => {
  it('loses and doubles nothing, or tells so', async () => {
    const property = async (steps: readonly Step[], events: number) => {
      const news = channel({ lag: { events: 4 }, replay: { events } })
      const client = new Client()
      let sent = 0
      let subscription = news.subscribe()
      let isThere = true
      const read = async () => {
        const { value } = await subscription.next()
        if (value) client.feed(value)
      }
      await read()
      for (const next of [...steps, { kind: 'return' as const }]) {
        if (next.kind === 'send') for (let i = 0; i < next.count; i++) news.send(String(++sent))
        if (next.kind === 'leave' && isThere) {
          await subscription.return()
          isThere = false
        }
        if (next.kind === 'return' && !isThere) {
          subscription = news.subscribe({ lastEventId: client.lastId })
          isThere = true
        }
        // Not more than there is: nobody would answer.
        if (next.kind === 'read' && isThere && client.lastId?.endsWith(`-${sent}`) === false) await read()
      }
      news.close()
      for await (const block of subscription) client.feed(block)
      const numbers = client.data.map(Number)
      expect(numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))).toBe(true)
      const missed = client.signs.filter(({ event }) => event === 'missed')
      const told = missed.reduce((sum, { data }) => sum + Number(data), 0)
      const hasReset = client.signs.some(({ event }) => event === 'reset')
      // What it was told to have missed it may be given yet, when it comes back before it has gone on.
      if (!hasReset) expect(numbers.length + told).toBeGreaterThanOrEqual(sent)
      expect(client.lastId?.endsWith(`-${sent}`)).toBe(true)
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 12 }), property),
      { numRuns: 300 },
    )
  })
})
