import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { ShuttingDown } from '../../delivery/errors.ts'
import { HeadWatch } from '../limits/head-watch.ts'
import type { ProtocolPlan } from '../port/protocol.ts'
import type { Live, ServedWire } from '../wire.ts'
import { IdleCount } from './connection.ts'
import { toLimits } from '../limits/limits.ts'
import { Http1Protocol } from './http1-protocol.ts'

/** A protocol on the connections of a server that is not its own; each request waits for the test. */
async function setUp(more: Partial<ProtocolPlan> = {}) {
  const requests: { wire: ServedWire; live: Live; reasons: unknown[] }[] = []
  let came = Promise.withResolvers<void>()
  const protocol = new Http1Protocol({
    maxRequestBytes: 1000,
    delivery: 'block',
    limits: toLimits(),
    heads: undefined,
    guard: undefined,
    health: undefined,
    idle: new IdleCount(100),
    report: () => {},
    answer: (wire) => {
      const reasons: unknown[] = []
      const live = { abort: (reason: unknown) => (reasons.push(reason), wire.close(live)) }
      wire.open(live)
      requests.push({ wire, live, reasons })
      came.resolve()
      came = Promise.withResolvers()
    },
    ...more,
  })
  const accepted: Socket[] = []
  const server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const clients: RawClient[] = []
  onTestFinished(() => {
    for (const client of clients) client.leave()
    server.close()
    protocol.server.close()
  })
  const connect = async (): Promise<{ client: RawClient; socket: Socket }> => {
    const client = new RawClient(port)
    clients.push(client)
    while (accepted.length < clients.length) await once(server, 'connection')
    const socket = accepted.at(-1)
    if (!socket) throw new Error('Cannot accept a connection: there is none')
    return { client, socket }
  }
  const next = async () => {
    for (;;) {
      const request = requests.shift()
      if (request) return request
      await came.promise
    }
  }
  return { protocol, connect, next }
}

describe('Http1Protocol', () => {
  it('takes a connection of another server, and what was put back of it', async () => {
    const { protocol, connect, next } = await setUp()
    const { client, socket } = await connect()
    client.send('GET /whole ')
    const [head] = await once(socket, 'data')
    socket.pause()
    socket.unshift(head)
    protocol.take(socket)
    client.send('HTTP/1.1\r\nHost: test\r\n\r\n')
    const { wire, live } = await next()
    expect(wire.readRequest().target).toBe('/whole')
    wire.sendPlain('text', true)
    wire.close(live)
    expect((await client.reply()).text).toBe('text')
  })

  it('G13: counts the time that a connection has used before against its head', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { protocol, connect } = await setUp({ heads: new HeadWatch(15_000) })
    const { socket } = await connect()
    protocol.take(socket, 10_000)
    vi.advanceTimersByTime(4000)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(socket.destroyed).toBe(true)
  })

  it('ends a connection at once that it takes while it drains, and resolves when there is none', async () => {
    const { protocol, connect } = await setUp()
    const { client, socket } = await connect()
    await protocol.drain({ lingers: false })
    protocol.take(socket)
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })

  it('G14: leaves a connection one more reply where it lingers', async () => {
    const { protocol, connect, next } = await setUp()
    const { client, socket } = await connect()
    protocol.take(socket)
    const drained = protocol.drain({ lingers: true })
    client.get('/')
    const { wire, live } = await next()
    wire.sendPlain('last', true)
    wire.close(live)
    const { text, headers } = await client.reply()
    expect([text, headers.get('connection')]).toEqual(['last', 'close'])
    await drained
  })

  it('breaks replies and connections off', async () => {
    const { protocol, connect, next } = await setUp()
    const { client, socket } = await connect()
    protocol.take(socket)
    client.get('/')
    const { reasons } = await next()
    const drained = protocol.drain({ lingers: false })
    const reason = new ShuttingDown('Cannot finish the reply: the test is over')
    protocol.abort(reason)
    await drained
    expect(reasons).toEqual([reason])
    expect((await client.toEnd()).text).toBe('')
  })
})
