import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { ShuttingDown } from '../../delivery/errors.ts'
import type { Live, ServedWire } from '../wire.ts'

import { openPort, type PortPlan } from './open-port.ts'

afterEach(() => void vi.useRealTimers())

/** A reply that the test makes by hand. */
class Noted implements Live {
  readonly reasons: unknown[] = []
  readonly wire: ServedWire

  constructor(wire: ServedWire) {
    this.wire = wire
    wire.open(this)
  }

  abort(reason: unknown): void {
    this.reasons.push(reason)
    this.wire.close(this)
  }

  send(text: string): void {
    this.wire.sendPlain(text, true)
    this.wire.close(this)
  }
}

async function setUp(more: Partial<PortPlan> = {}) {
  const replies: Noted[] = []
  const reported: unknown[] = []
  let came = Promise.withResolvers<void>()
  const listener = await openPort({
    port: 0,
    hostname: '127.0.0.1',
    maxIdleConnections: 100,
    maxRequestBytes: 1000,
    delivery: 'block',
    report: (error) => reported.push(error),
    answer: (wire) => {
      replies.push(new Noted(wire))
      came.resolve()
      came = Promise.withResolvers()
    },
    ...more,
  })
  const clients: RawClient[] = []
  onTestFinished(async () => {
    vi.useRealTimers()
    for (const client of clients) client.leave()
    await listener.close(0)
  })
  const connect = (): RawClient => {
    const client = new RawClient(listener.port)
    clients.push(client)
    return client
  }
  const next = async (): Promise<Noted> => {
    for (;;) {
      const reply = replies.shift()
      if (reply) return reply
      await came.promise
    }
  }
  return { listener, connect, next, reported }
}

describe('openPort', () => {
  it('listens on a port of its own where it is given none, and gives each request a wire', async () => {
    const { listener, connect, next } = await setUp()
    expect(listener.port).toBeGreaterThan(0)
    const [one, two] = [connect(), connect()]
    one.get('/one')
    const first = await next()
    two.get('/two')
    const second = await next()
    expect([first.wire.readRequest().target, second.wire.readRequest().target]).toEqual(['/one', '/two'])
    second.send('two')
    first.send('one')
    expect([(await one.reply()).text, (await two.reply()).text]).toEqual(['one', 'two'])
  })

  it('gives a request that waits for `100 Continue` a wire too: whoever reads it says so', async () => {
    const { connect, next } = await setUp()
    const client = connect()
    client.send('PUT / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
    const reply = await next()
    const piece = reply.wire.readRequest().body()?.getReader().read()
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('body')
    expect(String((await piece)?.value)).toBe('body')
    reply.send('thanks')
    expect((await client.reply()).text).toBe('thanks')
  })

  it('says what is wrong with a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(setUp({ port })).rejects.toMatchObject({
      message: `Cannot listen on 127.0.0.1:${port}: the port is in use; give another \`port\`, or stop what listens there`,
      cause: { code: 'EADDRINUSE' },
    })
  })

  it('says what is wrong with an address that the machine has not', async () => {
    await expect(setUp({ hostname: '192.0.2.1' })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Cannot listen on 192\.0\.2\.1:0: this machine has no such address; give/,
      ),
      cause: { code: 'EADDRNOTAVAIL' },
    })
  })

  it('says why a name cannot be listened on', async () => {
    await expect(setUp({ hostname: 'no-such-host.invalid' })).rejects.toThrow(
      /^Cannot listen on no-such-host\.invalid:0: .*no-such-host\.invalid/,
    )
  })

  it('ends the connection of a reply where too many others are idle', async () => {
    const { connect, next } = await setUp({ maxIdleConnections: 1 })
    const [one, two] = [connect(), connect()]
    one.get('/')
    ;(await next()).send('one')
    expect((await one.reply()).headers.get('connection')).toBe('keep-alive')
    two.get('/')
    ;(await next()).send('two')
    expect((await two.reply()).headers.get('connection')).toBe('close')
  })
})

describe('a listener of openPort, which closes', () => {
  it('closes at once where nothing is live: idle connections end', async () => {
    const { listener, connect, next, reported } = await setUp()
    const client = connect()
    client.get('/')
    ;(await next()).send('text')
    await client.reply()
    await listener.close(60_000)
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    expect((await new RawClient(listener.port).toEnd()).how).toBe('reset')
    expect(reported).toEqual([])
  })

  it('lets live replies end, and their connections with them', async () => {
    const { listener, connect, next } = await setUp()
    const client = connect()
    client.get('/')
    const reply = await next()
    const closed = vi.fn<() => void>()
    const closing = listener.close(60_000).then(closed)
    await new Promise((resolve) => setImmediate(resolve))
    expect([closed.mock.calls.length, reply.reasons]).toEqual([0, []])
    reply.send('last')
    const { text, headers } = await client.reply()
    expect([text, headers.get('connection')]).toEqual(['last', 'close'])
    await closing
    expect((await client.toEnd()).how).toBe('end')
  })

  it('waits for a reply that is still being closed when its connection is gone', async () => {
    const { listener, connect, next } = await setUp()
    const client = connect()
    client.get('/')
    const reply = await next()
    const { promise, resolve } = Promise.withResolvers<void>()
    reply.abort = () => resolve()
    client.socket.resetAndDestroy()
    await promise
    const closed = vi.fn<() => void>()
    const closing = listener.close(60_000).then(closed)
    await new Promise((done) => setImmediate(done))
    expect(closed).not.toHaveBeenCalled()
    reply.wire.close(reply)
    await closing
  })

  it('breaks off what has not ended within the grace period', async () => {
    const { listener, connect, next } = await setUp()
    const client = connect()
    client.get('/')
    const reply = await next()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const closing = listener.close(1000)
    vi.advanceTimersByTime(999)
    expect(reply.reasons).toEqual([])
    vi.advanceTimersByTime(1)
    expect(reply.reasons).toEqual([expect.any(ShuttingDown)])
    await closing
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })

  it('never breaks off where the grace period has no end', async () => {
    const { listener, connect, next } = await setUp()
    connect().get('/')
    const reply = await next()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const closing = listener.close(Infinity)
    vi.advanceTimersByTime(10_000_000)
    expect(reply.reasons).toEqual([])
    reply.send('last')
    await closing
  })

  it('leaves no timer behind', async () => {
    const { listener } = await setUp()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await listener.close(Infinity)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not cut the end of a reply that a slow client has yet to read', async () => {
    const { listener, connect, next } = await setUp()
    const client = connect()
    client.pause()
    client.get('/')
    const reply = await next()
    const text = 'x'.repeat(20_000_000)
    reply.send(text)
    const closing = listener.close(60_000)
    client.resume()
    expect((await client.toEnd()).text.endsWith('xxx')).toBe(true)
    expect(client.received.length).toBeGreaterThan(text.length)
    await closing
  })
})

describe('a listener of openPort whose clients say what they speak, which lingers', () => {
  // One that has been accepted and says nothing: the other, which came after it, has been answered.
  async function setUpSilent() {
    const { listener, connect, next } = await setUp({ h2c: true })
    const [client, other] = [connect(), connect()]
    other.get('/')
    ;(await next()).send('other')
    await other.reply()
    return { listener, client, other, next }
  }

  it('G14: has one more reply for a client that had not begun', async () => {
    const { listener, client, other, next } = await setUpSilent()
    const closing = listener.close(60_000, 30_000)
    client.get('/')
    ;(await next()).send('last')
    const { text, headers } = await client.reply()
    expect([text, headers.get('connection')]).toEqual(['last', 'close'])
    other.leave()
    await closing
  })

  it('G14: ends the connections of clients that have not begun when its time is over', async () => {
    const { listener, client, other } = await setUpSilent()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const closing = listener.close(60_000, 1000)
    vi.advanceTimersByTime(1000)
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    expect(await other.toEnd()).toEqual({ text: '', how: 'end' })
    await closing
  })
})
