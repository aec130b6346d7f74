// A reply of events is a web Response: whoever sends one can send it.
import { createAdaptorServer } from '@hono/node-server'
import { once } from 'node:events'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { channel, sse } from 'millrace'
import { parseLastEventId } from 'millrace/context'
import { openTestServer } from '../support/test-server.ts'
import { Gate } from '../support/gate.ts'
import { RawClient } from '../support/raw-client.ts'

async function openHono(app: Hono) {
  const server = createAdaptorServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' ? (address?.port ?? 0) : 0)
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.leave()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read()
  return Buffer.from(value ?? []).toString()
}

describe('sse, read as a web stream', () => {
  it('gives a heartbeat before the first event, and each event as it is made', async () => {
    const gate = new Gate()
    const reader = sse(gate, { heartbeat: 5 }).body?.getReader()
    if (!reader) throw new Error('There is no body')
    expect(await readText(reader)).toBe(':\n\n')
    gate.open('a')
    let text = await readText(reader)
    while (text === ':\n\n') text = await readText(reader)
    expect(text).toBe('data: a\n\n')
    await reader.cancel()
    expect(gate.closed).toBe(1)
  })

  it('G4: tells that the source has failed before the body does, even before the first event', async () => {
    const reader = sse(
      // oxlint-disable-next-line require-yield -- it fails first
      function* () {
        throw new Error('password=1')
      },
    ).body?.getReader()
    if (!reader) throw new Error('There is no body')
    expect(await readText(reader)).toBe('event: error\ndata: The stream has failed\n\n')
    await expect(reader.read()).rejects.toThrow('Cannot read the body')
  })
})

describe('sse in a Hono app', () => {
  it.each(['@hono/node-server', 'serve({ fetch })'])('is sent event by event by %s', async (host) => {
    const gate = new Gate()
    const app = new Hono()
    app.get('/', () => sse(gate, { retry: 10 }))
    await using opened =
      host === 'serve({ fetch })' ? await openTestServer({ fetch: app.fetch }) : await openHono(app)
    const client = typeof opened.client === 'function' ? opened.client() : opened.client
    client.get('/')
    expect(await client.until('\r\n\r\n')).toContain('text/event-stream')
    await client.untilChunk('retry: 10\n\n')
    for (const data of ['one', 'two']) {
      gate.open(data)
      await client.untilChunk(`data: ${data}\n\n`)
    }
    client.leave()
    await expect.poll(() => gate.closed).toBe(1)
  })

  it('is a channel that its clients come back to', async () => {
    const news = channel()
    const id = news.send('a')
    news.send('b')
    const app = new Hono()
    app.get('/', ({ req }) => news.open({ lastEventId: parseLastEventId(req.raw.headers) }))
    await using opened = await openHono(app)
    opened.client.get('/', `Last-Event-ID: ${id}`)
    await opened.client.until('data: b\n\n')
    news.send('c')
    await opened.client.until('data: c\n\n')
    expect(news.readers).toBe(1)
    opened.client.leave()
    await expect.poll(() => news.readers).toBe(0)
  })
})
