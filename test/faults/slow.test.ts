// Clients that take their time, with limits short enough not to wait for them; the defaults are those of docs/operating.md.
import { describe, expect, it } from 'vitest'
import type { RawClient } from '../support/raw-client.ts'
import { FaultServer } from './fault-server.ts'

const CLIENTS = 30
const POST = 'POST /length HTTP/1.1\r\nHost: test\r\n'

/** Sends a byte of it again and again, for as long as there is a connection. */
function trickle({ socket }: RawClient, text: string): void {
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer)
    else socket.write(text)
  }, 20)
}

describe.each(['inline', 'thread'])('G13: clients that are slow, %s', (transmitter) => {
  const open = (options: object): Promise<FaultServer> => FaultServer.open({ transmitter, ...options })

  it.each([
    ['slow heads', 'GET / HTTP/1.1\r\nHost: test\r\n', 'X: y\r\n'],
    ['heads that stop in the first line', 'GET /', ''],
    ['heads that never begin', '', ''],
    ['empty lines in front of the head', '\r\n', '\r\n'],
  ])('%s: whoever sends them is gone within `headTimeout`', async (_, start, more) => {
    const server = await open({ headTimeout: 400 })
    await server.withstands(async () => {
      const clients = Array.from({ length: CLIENTS }, () => server.client())
      for (const client of clients) {
        client.send(start)
        if (more !== '') trickle(client, more)
      }
      for (const client of clients) expect((await client.toEnd()).text).toMatch(/^(HTTP\/1\.1 408 |$)/)
    })
  })

  it.each([
    ['a length', 'Content-Length: 100000\r\n\r\n', '.'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\n.\r\n'],
    ['a length, and nothing of it', 'Content-Length: 100000\r\n\r\n', ''],
  ])('slow bodies with %s: whoever sends them is gone within `bodyTimeout`', async (_, head, more) => {
    const server = await open({ bodyTimeout: 400 })
    await server.withstands(async () => {
      const clients = Array.from({ length: CLIENTS }, () => server.client())
      for (const client of clients) {
        client.send(POST + head)
        if (more !== '') trickle(client, more)
      }
      for (const client of clients) await client.toEnd()
      await server.until(({ handlers }) => handlers === 0)
    })
  })

  it('connections without a request: they end after `idleTimeout`', async () => {
    const server = await open({ idleTimeout: 200, headTimeout: 400 })
    await server.withstands(async () => {
      const clients = Array.from({ length: CLIENTS }, () => server.client())
      for (const client of clients) {
        client.get('/')
        await client.reply()
      }
      for (const client of clients) expect((await client.toEnd()).text).toBe('')
    })
  })

  it.each([
    ['nothing', 0],
    ['a little now and then', 500],
  ])('readers that take %s: they are gone within the time of `minRate`', async (_, bytes) => {
    const server = await open({ minRate: { bytes: 100_000, within: 400 } })
    await server.withstands(async () => {
      const clients = Array.from({ length: CLIENTS }, () => server.client())
      for (const client of clients) {
        client.get('/endless')
        client.pause()
      }
      const timer = setInterval(() => {
        for (const { socket } of clients) socket.read(bytes)
      }, 20)
      await server.until(({ awaited }) => awaited >= CLIENTS)
      await server.until(({ sources }) => sources === 0)
      clearInterval(timer)
    })
  })

  it('more connections than there may be: they are refused at once, and those that there are go on', async () => {
    const server = await open({ maxConnections: 20 })
    await server.withstands(async () => {
      const clients = Array.from({ length: 15 }, () => server.client())
      for (const client of clients) client.get('/parked')
      await server.until(({ sources }) => sources === 15)
      const others = Array.from({ length: 40 }, () => server.client())
      const ends = await Promise.race([
        Promise.all(others.slice(10).map((client) => client.toEnd())),
        ...clients.map((client) => client.toEnd()),
      ])
      expect(ends).toHaveLength(30)
      for (const client of others) client.leave()
      await server.until(({ sockets }) => sockets === 15, { collects: true })
      for (const client of clients) await client.untilChunk('one')
    })
  })
})
