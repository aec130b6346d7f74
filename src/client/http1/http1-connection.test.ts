import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openByteServer } from '../../../test/support/open-byte-server.ts'
import { RecordReply } from '../../../test/support/record-reply.ts'
import type { ClientProtocol, Connection } from '../connection.ts'
import { openSocket } from '../socket/open-socket.ts'
import { openTls } from '../socket/open-tls.ts'
import { Http1Connection } from './http1-connection.ts'

const signal = new AbortController().signal

/** A connection to a server whose bytes the test writes. */
async function setUp({ tls = false, protocol = 'HTTP/1.1' as 'HTTP/1.0' | 'HTTP/1.1' } = {}) {
  const { url, next } = await openByteServer({ tls })
  const below = await openSocket(url, signal)
  const opened = tls ? await openTls(below, url, { protocol, insecure: true, signal }) : below
  const connection = new Http1Connection(opened, protocol)
  onTestFinished(() => connection.close())
  return { connection, socket: opened.socket, server: await next(), get: toGet(connection) }
}

function toGet(connection: Connection) {
  return (target: string, method = 'GET') => {
    const reply = new RecordReply()
    const exchange = connection.send({ method, target, authority: 'test' }, reply)
    return { reply, exchange }
  }
}

const protocols: readonly (readonly [ClientProtocol, boolean])[] = [
  ['HTTP/1.1', false],
  ['HTTP/1.1', true],
]

describe.each(protocols)('Http1Connection of %s, TLS: %s', (_protocol, tls) => {
  it('G1: tells each chunk before the server sends the next', async () => {
    const { server, get, connection } = await setUp({ tls })
    expect(connection.isSecure).toBe(tls)
    const { reply } = get('/')
    expect(await server.request()).toBe('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    server.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    await reply.whenTold(1)
    for (const [index, block] of ['one', 'two', 'three'].entries()) {
      server.send(`${block.length}\r\n${block}\r\n`)
      await reply.whenTold(index + 2)
    }
    server.send('0\r\n\r\n')
    await reply.whenEnded()
    expect(reply.events).toEqual(['head 200', 'piece one', 'piece two', 'piece three', 'end complete true'])
    const readings = reply.pieces.map(({ reading }) => reading)
    expect(new Set(readings).size).toBe(3)
    expect(reply.pieces.map(({ at }) => at)).toEqual(
      reply.pieces.map(({ at }) => at).toSorted((a, b) => a - b),
    )
  })

  it('numbers what came together as one reading', async () => {
    const { server, get } = await setUp({ tls })
    const { reply } = get('/')
    await server.request()
    server.socket.cork()
    server.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (const block of ['a', 'b', 'c']) server.send(`1\r\n${block}\r\n`)
    server.send('0\r\n\r\n')
    server.socket.uncork()
    await reply.whenEnded()
    expect(new Set(reply.pieces.map(({ reading }) => reading)).size).toBe(1)
    expect(new Set(reply.pieces.map(({ at }) => at)).size).toBe(1)
  })

  it('sends one request after the other, and several at a time', async () => {
    const { server, get } = await setUp({ tls })
    const one = get('/1')
    await server.request()
    server.send('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1')
    await one.reply.whenEnded()
    const two = get('/2', 'HEAD')
    const three = get('/3')
    expect(await server.request()).toContain('HEAD /2')
    expect(await server.request()).toContain('GET /3')
    server.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3')
    await three.reply.whenEnded()
    expect(two.reply.events).toEqual(['head 200', 'end complete true'])
    expect(three.reply.text).toBe('3')
  })

  it('G4: tells a reset from an end', async () => {
    for (const how of ['end', 'reset'] as const) {
      const { server, get } = await setUp({ tls })
      const { reply } = get('/')
      await server.request()
      server.send('HTTP/1.1 200 OK\r\n\r\nab')
      await reply.whenTold(2)
      if (how === 'end') server.socket.end()
      else server.reset()
      await reply.whenEnded()
      expect(reply.events.at(-1)).toBe(
        how === 'end'
          ? 'end complete false'
          : 'end cut reset The connection was reset after 2 bytes of the body',
      )
    }
  })

  it('G4: tells a reset that comes together with the last bytes', async () => {
    const { server, get } = await setUp({ tls })
    const { reply } = get('/')
    await server.request()
    server.sendAndReset('HTTP/1.1 200 OK\r\n\r\nab')
    const ending = await reply.whenEnded()
    expect(ending).toMatchObject({ kind: 'cut', by: 'reset' })
  })

  it('pause leaves the rest with the server, and resume gets it', async () => {
    const { server, get } = await setUp({ tls })
    const { reply, exchange } = get('/')
    await server.request()
    exchange.pause()
    const size = 32 * 1024 * 1024
    server.send(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
    const isSent = new Promise<void>((resolve) => server.socket.write(Buffer.alloc(size), () => resolve()))
    const other = new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('held'))))
    expect(await Promise.race([isSent, other])).toBe('held')
    expect(reply.events).toEqual([])
    exchange.resume()
    await reply.whenEnded()
    await isSent
    expect(reply.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(size)
  })
})

describe('Http1Connection', () => {
  it('asks with HTTP/1.0, and does not ask again on the same connection unless it is kept', async () => {
    const { server, get } = await setUp({ protocol: 'HTTP/1.0' })
    const one = get('/1')
    expect(await server.request()).toBe('GET /1 HTTP/1.0\r\nHost: test\r\n\r\n')
    server.send('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n')
    await one.reply.whenEnded()
    const two = get('/2')
    await server.request()
    server.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    await two.reply.whenEnded()
    const three = get('/3')
    await three.reply.whenEnded()
    expect(three.reply.events).toEqual(['end cut closed The reply before was the last of its connection'])
  })

  it('sends a body with its length', async () => {
    const { server, connection } = await setUp()
    const reply = new RecordReply()
    const body = Buffer.from('abc')
    connection.send({ method: 'POST', target: '/', authority: 'test', body }, reply)
    expect(await server.until('abc')).toBe('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc')
  })

  it('tells those who wait behind the last reply that theirs does not come', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    await server.request()
    server.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    await two.reply.whenEnded()
    expect(one.reply.events).toEqual(['head 200', 'end complete true'])
    expect(two.reply.events).toEqual(['end cut closed The reply before was the last of its connection'])
  })

  it('G6: tells bytes that come after the end of a reply, at once or later, and refuses to ask again', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    await server.request()
    server.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcd')
    await one.reply.whenTold(4)
    server.send('e')
    await one.reply.whenTold(5)
    expect(one.reply.events).toEqual(['head 200', 'piece ab', 'end complete true', 'extra cd', 'extra e'])
    const two = get('/2')
    await two.reply.whenEnded()
    expect(two.reply.events).toEqual(['end cut framing After the end of the reply before came "cd"'])
  })

  it('G7: tells the body of a HEAD as extra, after the last reply, too', async () => {
    const { server, get } = await setUp()
    const { reply } = get('/', 'HEAD')
    await server.request()
    server.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab')
    await reply.whenTold(3)
    expect(reply.events).toEqual(['head 200', 'end complete true', 'extra ab'])
  })

  it('takes bytes after a reply for the head of the next where that is waited for', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    const three = get('/3')
    await server.request()
    server.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdHTTP/1.1 200 OK\r\n')
    await three.reply.whenEnded()
    expect(one.reply.events.at(-1)).toBe('end complete true')
    expect(two.reply.events).toEqual([
      'end cut framing After the reply before comes no status line, but "cdHTTP/1.1 200 OK\\r\\n"',
    ])
    expect(three.reply.events[0]).toContain('end cut framing The reply before broke the rules')
  })

  it('says what a server speaks that speaks before it is asked', async () => {
    const { server, get, socket } = await setUp()
    server.send('SSH-2.0-OpenSSH_10\r\n')
    await once(socket, 'data')
    const { reply } = get('/')
    await reply.whenEnded()
    expect(reply.events).toEqual([
      'end cut framing The server speaks SSH on this port, not HTTP: ask at another one',
    ])
  })

  it('G10: leave cuts the connection, and tells the others', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    await server.request()
    one.exchange.leave()
    one.exchange.leave()
    await server.whenLeft()
    expect(one.reply.events).toEqual(['end left'])
    expect(two.reply.events).toEqual(['end cut closed This side left the reply before'])
    const three = get('/3')
    expect(three.reply.events).toEqual([])
    await three.reply.whenEnded()
    expect(three.reply.events).toEqual(['end cut closed This side left the reply before'])
  })

  it('close ends every exchange as left, and what is asked later as cut', async () => {
    const { server, get, connection } = await setUp()
    const one = get('/1')
    const two = get('/2')
    await server.request()
    await connection[Symbol.asyncDispose]()
    await server.whenLeft()
    expect([one.reply.events, two.reply.events]).toEqual([['end left'], ['end left']])
    const three = get('/3')
    await three.reply.whenEnded()
    expect(three.reply.events).toEqual(['end cut closed This side has closed the connection'])
  })

  it('lets a listener ask again while it hears of the end', async () => {
    const { server, connection } = await setUp()
    const after = new RecordReply()
    const request = { method: 'GET', target: '/2', authority: 'test' }
    connection.send({ ...request, target: '/1' }, { end: () => void connection.send(request, after) })
    await server.request()
    server.send('HTTP/1.1 204 \r\n\r\n')
    expect(await server.request()).toContain('GET /2')
    server.send('HTTP/1.1 204 \r\n\r\n')
    await after.whenEnded()
    expect(after.events).toEqual(['head 204', 'end complete true'])
  })

  it('tells of every reply that was waited for when the server closes the connection', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    await server.request()
    server.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab')
    await two.reply.whenEnded()
    expect(one.reply.events.at(-1)).toBe(
      'end cut closed The server closed the connection after 2 of 5 bytes of the body',
    )
    expect(two.reply.events).toEqual(['end cut closed The server closed the connection without a reply'])
  })

  it('keeps a pause that was asked for before the reply has its turn', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    two.exchange.pause()
    await server.request()
    const reply = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'
    server.send(reply)
    await one.reply.whenEnded()
    server.send(reply)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(two.reply.events).toEqual([])
    two.exchange.resume()
    await two.reply.whenEnded()
    expect(two.reply.text).toBe('x')
  })

  it('refuses a request that would break out of its line, before anything is sent', async () => {
    const { get } = await setUp()
    expect(() => get('/ HTTP/1.1\r\nX: y')).toThrow(TypeError)
  })
})
