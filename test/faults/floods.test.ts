// Clients that send a lot: requests without reading replies, heads and chunks that are mostly overhead.
import { describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import { FaultServer } from './fault-server.ts'

const GET = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'
const POST = 'POST /length HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n'

/** Sends as much as the server takes, until it has sent all of it or the connection is gone. */
async function pour({ socket }: RawClient, text: string, times: number): Promise<void> {
  for (let count = 0; count < times && !socket.destroyed; count++) {
    if (socket.write(text, 'latin1')) continue
    await new Promise<void>((resolve) => {
      socket.once('drain', resolve).once('close', () => resolve())
    })
  }
}

const clients = (server: FaultServer, count: number): RawClient[] =>
  Array.from({ length: count }, () => server.client())

describe.each(['inline', 'thread'])('G13: clients that send too much, %s', (transmitter) => {
  const open = (): Promise<FaultServer> => FaultServer.open({ transmitter })

  it('5,000 pipelined requests whose replies are read: each is answered', async () => {
    const server = await open()
    const count = 5000
    await server.withstands(async () => {
      const client = server.client()
      void pour(client, GET.repeat(100), count / 100)
      for (let reply = 0; reply < count; reply++) expect((await client.reply()).text).toBe('here')
    })
  })

  it('pipelined requests whose replies are not read: no more of them are taken', async () => {
    const server = await open()
    await server.withstands(async () => {
      const flood = 'GET /text/100000 HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(1000)
      const flooding = clients(server, 10)
      let isHeld = true
      for (const client of flooding) {
        client.pause()
        void pour(client, flood, 1000).then(() => (isHeld &&= client.socket.destroyed))
      }
      await server.until(({ memory }) => memory > 0, { collects: true })
      // What the ten have asked for would be 1 TB.
      const { memory } = await server.stock({ collects: true })
      expect(memory).toBeLessThan(200 * 1024 * 1024)
      expect(isHeld).toBe(true)
    })
  })

  it('requests behind a reply that never ends and is not read: they take no room, and go with it', async () => {
    const server = await FaultServer.open({ transmitter, minRate: { bytes: 100_000, within: 1000 } })
    const before = await server.stock({ collects: true })
    await server.withstands(async () => {
      const flooding = clients(server, 10)
      for (const client of flooding) {
        client.pause()
        client.get('/endless')
        void pour(client, GET.repeat(1000), 300)
      }
      await server.until(({ awaited }) => awaited >= 10)
      const { memory } = await server.stock({ collects: true })
      expect(memory).toBeLessThan(before.memory + 100 * 1024 * 1024)
      await server.until(({ sources }) => sources === 0)
    })
  })

  it.each([
    ['one long extension', `1;${'x'.repeat(1_000_000)}\r\n.\r\n`, 50],
    ['an extension of 15 kB on every chunk', `1;${'x'.repeat(15_000)}\r\n.\r\n`, 1000],
    ['a long extension with a value in quotes', `1;a="${'x'.repeat(100_000)}"\r\n.\r\n`, 50],
  ])('chunks with %s: refused', async (_, chunk, times) => {
    const server = await open()
    await server.withstands(async () => {
      const client = server.client()
      client.send(POST)
      await pour(client, chunk, times)
      client.send('0\r\n\r\n')
      const { text } = await client.toEnd()
      expect(text).not.toMatch(/^HTTP\/1\.1 200/)
    })
  })

  it('50,000 chunks of one byte, in one go: all are taken, and others are answered', async () => {
    const server = await open()
    await server.withstands(async () => {
      const client = server.client()
      client.send(POST)
      await pour(client, '1\r\n.\r\n'.repeat(1000), 50)
      client.send('0\r\n\r\n')
      expect((await client.reply()).text).toBe('50000')
    })
  })

  it.each([
    ['a field of 1 MB', `X: ${'x'.repeat(1_000_000)}\r\n`],
    ['100,000 fields', 'x: y\r\n'.repeat(100_000)],
    ['100,000 empty fields', 'x:\r\n'.repeat(100_000)],
    ['a field name of 1 MB', `${'x'.repeat(1_000_000)}: y\r\n`],
  ])('a head with %s: refused', async (_, fields) => {
    const server = await open()
    await server.withstands(async () => {
      const attackers = clients(server, 10)
      for (const client of attackers) void pour(client, `GET / HTTP/1.1\r\nHost: test\r\n${fields}\r\n`, 1)
      for (const client of attackers) {
        const { text } = await client.toEnd()
        expect(text).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
      }
    })
  })

  it('a target of 1 MB: refused', async () => {
    const server = await open()
    await server.withstands(async () => {
      const client = server.client()
      await pour(client, `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: test\r\n\r\n`, 1)
      expect((await client.toEnd()).text).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
    })
  })

  it('trailers of 1 MB behind the last chunk: refused', async () => {
    const server = await open()
    await server.withstands(async () => {
      const client = server.client()
      client.send(`${POST}1\r\n.\r\n0\r\n`)
      await pour(client, `X: ${'x'.repeat(1_000_000)}\r\n\r\n`, 1)
      expect((await client.toEnd()).text).not.toMatch(/^HTTP\/1\.1 200/)
    })
  })

  it('a body of more than is allowed, with and without a length: refused', async () => {
    const server = await FaultServer.open({ transmitter, maxRequestBytes: 1000 })
    await server.withstands(async () => {
      const [announced, chunked] = [server.client(), server.client()]
      announced.send('POST /length HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n')
      expect((await announced.reply()).status).toBe(413)
      chunked.send(POST)
      void pour(chunked, `3e8\r\n${'x'.repeat(1000)}\r\n`, 1000)
      await chunked.toEnd()
    })
  })
})
