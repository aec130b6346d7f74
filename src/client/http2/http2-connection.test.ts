import { describe, expect, it, onTestFinished } from 'vitest'
import { frameFlags, frameTypes } from '../../../test/support/http2-frame.ts'
import { openFrameServer } from '../../../test/support/open-frame-server.ts'
import { RecordReply } from '../../../test/support/record-reply.ts'
import type { OutgoingRequest } from '../connection.ts'
import { openSocket } from '../socket/open-socket.ts'
import { openTls } from '../socket/open-tls.ts'
import { openHttp2 } from './open-http2.ts'

const signal = new AbortController().signal
const ok = [[':status', '200']] as const

/** A connection to a server whose frames the test writes. */
async function setUp({ tls = false } = {}) {
  const { url, next } = await openFrameServer({ tls })
  const below = await openSocket(url, signal)
  const opened = tls ? await openTls(below, url, { insecure: true, signal }) : below
  const opening = openHttp2(opened, url, signal)
  const server = await next()
  await server.start()
  const connection = await opening
  onTestFinished(() => connection.close())
  const get = (target: string, more: Partial<OutgoingRequest> = {}) => {
    const reply = new RecordReply()
    const exchange = connection.send({ method: 'GET', target, authority: 'test', ...more }, reply)
    return { reply, exchange }
  }
  return { connection, server, get }
}

describe.each([false, true])('Http2Connection, TLS: %s', (tls) => {
  it('G1: tells each DATA frame before the server sends the next', async () => {
    const { server, get, connection } = await setUp({ tls })
    expect([connection.protocol, connection.isSecure]).toEqual(['HTTP/2', tls])
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, [...ok, ['x-b', '1'], ['x-a', '2'], ['set-cookie', 'a'], ['set-cookie', 'b']])
    await reply.whenTold(1)
    for (const [index, block] of ['one', 'two', 'three'].entries()) {
      server.data(1, block)
      await reply.whenTold(index + 2)
    }
    server.data(1, '', true)
    await reply.whenEnded()
    expect(reply.events).toEqual(['head 200', 'piece one', 'piece two', 'piece three', 'end complete true'])
    expect(new Set(reply.pieces.map(({ reading }) => reading)).size).toBe(3)
    const [head] = reply.heads
    expect(head).toMatchObject({ version: '2.0', reason: '', framing: { kind: 'stream' } })
    expect(head?.fields.map((field) => field.join('='))).toEqual([
      'x-b=1',
      'x-a=2',
      'set-cookie=a',
      'set-cookie=b',
    ])
  })

  it('tells frames that came together as pieces of one reading, and one that came in parts as one piece', async () => {
    const { server, get } = await setUp({ tls })
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.bytes.socket.cork()
    server.head(1, [[':status', '103']])
    server.head(1, ok)
    server.data(1, 'one')
    server.write(frameTypes.data, 1, Buffer.from('\x03two\0\0\0'), frameFlags.padded)
    server.bytes.send('\0\0\x05\0\x01\0\0\0\x01th')
    server.bytes.socket.uncork()
    await reply.whenTold(4)
    expect(reply.events).toEqual(['interim 103', 'head 200', 'piece one', 'piece two'])
    server.bytes.send('ree')
    await reply.whenEnded()
    expect(reply.events.slice(4)).toEqual(['piece three', 'end complete true'])
    const [one, two, three] = reply.pieces
    expect(one?.reading).toBe(two?.reading)
    expect(three?.reading).not.toBe(two?.reading)
    expect(three?.startedAt).toBe(two?.at)
    expect(three?.at).toBeGreaterThan(three?.startedAt ?? Infinity)
  })

  it('G4: tells a closed and a reset connection', async () => {
    for (const how of ['closed', 'reset'] as const) {
      const { server, get } = await setUp({ tls })
      const { reply } = get('/')
      await server.until(frameTypes.headers, 1)
      server.head(1, ok)
      server.data(1, 'ab')
      await reply.whenTold(2)
      if (how === 'closed') server.bytes.socket.end()
      else server.bytes.reset()
      await reply.whenEnded()
      const text = how === 'closed' ? 'The server closed the connection' : 'The connection was reset'
      expect(reply.events.at(-1)).toBe(`end cut ${how} ${text} after 2 bytes of the body`)
    }
  })

  it('G4: tells what came of a frame that was cut off', async () => {
    const { server, get } = await setUp({ tls })
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    await reply.whenTold(1)
    server.bytes.send('\0\0\x05\0\x01\0\0\0\x01th')
    server.bytes.socket.end()
    await reply.whenEnded()
    expect(reply.events.slice(1)).toEqual([
      'piece th',
      'end cut closed The server closed the connection after 2 bytes of the body',
    ])
  })
})

describe('Http2Connection', () => {
  it.each([
    [0, 'NO_ERROR (0)'],
    [2, 'INTERNAL_ERROR (2)'],
    [8, 'CANCEL (8)'],
  ])('G4: tells RST_STREAM with %i, which is no end', async (code, name) => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    server.data(1, 'ab')
    server.resetStream(1, code)
    await reply.whenEnded()
    expect(reply.events.at(-1)).toBe(
      `end cut stream-reset The server reset the stream with ${name} after 2 bytes of the body`,
    )
  })

  it('tells a refusal before the head, and goes on with the other streams', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    await server.until(frameTypes.headers, 3)
    server.resetStream(1, 7)
    await one.reply.whenEnded()
    expect(one.reply.events).toEqual([
      'end cut stream-reset The server reset the stream with REFUSED_STREAM (7) before the head of its reply',
    ])
    server.head(3, ok)
    server.data(3, 'two', true)
    await two.reply.whenEnded()
    expect(two.reply.events).toEqual(['head 200', 'piece two', 'end complete true'])
  })

  it.each([0, 2])('takes RST_STREAM with %i after the end for nothing (RFC 9113 §8.1)', async (code) => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    server.bytes.socket.cork()
    server.data(1, 'ab', true)
    server.resetStream(1, code)
    server.bytes.socket.uncork()
    await reply.whenEnded()
    expect(reply.events.at(-1)).toBe('end complete true')
  })

  it('tells GOAWAY with its code and text, and refuses to ask again', async () => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    await reply.whenTold(1)
    server.goAway(1, 11, 'calm')
    await reply.whenEnded()
    const message = 'The server sent GOAWAY with ENHANCE_YOUR_CALM (11), "calm",'
    expect(reply.events.at(-1)).toBe(`end cut stream-reset ${message} after 0 bytes of the body`)
    const two = get('/')
    await two.reply.whenEnded()
    expect(two.reply.events[0]).toContain('end cut stream-reset The server sent GOAWAY')
  })

  it('G14: lets replies end after GOAWAY with NO_ERROR', async () => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.goAway(1, 0)
    server.head(1, ok)
    server.data(1, 'last', true)
    await reply.whenEnded()
    expect(reply.events).toEqual(['head 200', 'piece last', 'end complete true'])
  })

  it.each([
    [['abc'], 'Content-Length says 5 bytes, and the stream ended after 3', undefined],
    [['abcd', 'ef'], 'Content-Length says 5 bytes, and the body has 6', 1],
  ])('G6: tells a body of %j with Content-Length 5 as cut by framing', async (blocks, message, excess) => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, [...ok, ['content-length', '5']])
    for (const block of blocks) server.data(1, block)
    server.data(1, '', true)
    const at = expect.any(Number)
    expect(await reply.whenEnded()).toEqual({ kind: 'cut', by: 'framing', message, excess, at })
  })

  it('G13: sends a head that is too large for most, and leaves it to the server to refuse it', async () => {
    const { server, get } = await setUp()
    const fields = Array.from({ length: 64 }, (_, index) => [`x-${index}`, 'x'.repeat(4000)] as const)
    const { reply } = get('/', { fields })
    const sent = await Promise.race([server.until(frameTypes.continuation, 1), reply.whenEnded()])
    expect(sent).toBeInstanceOf(Buffer)
  })

  it('G7: takes a HEAD for whole without a body, and not with one', async () => {
    const { server, get } = await setUp()
    const one = get('/', { method: 'HEAD' })
    await server.until(frameTypes.headers, 1)
    server.head(1, [...ok, ['content-length', '5']], true)
    await one.reply.whenEnded()
    expect(one.reply.heads[0]?.framing).toEqual({ kind: 'none' })
    expect(one.reply.events).toEqual(['head 200', 'end complete true'])
    const two = get('/', { method: 'HEAD' })
    await server.until(frameTypes.headers, 3)
    server.head(3, ok)
    server.data(3, 'hello', true)
    await two.reply.whenEnded()
    expect(two.reply.events.at(-1)).toBe(
      'end cut framing The reply has a body of 5 bytes, and must have none',
    )
  })

  it('G7: tells the body of a 204', async () => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, [[':status', '204']])
    server.data(1, 'hello', true)
    await reply.whenEnded()
    expect(reply.events.at(-1)).toBe('end cut framing The reply has a body of 5 bytes, and must have none')
  })

  it('tells those that wait for a place what becomes of them', async () => {
    const { server, get, connection } = await setUp()
    // SETTINGS_MAX_CONCURRENT_STREAMS of 1
    server.write(frameTypes.settings, 0, Buffer.from([0, 3, 0, 0, 0, 1]))
    server.write(frameTypes.ping, 0, Buffer.alloc(8))
    await server.until(frameTypes.ping, 0)
    const one = get('/1')
    const two = get('/2')
    const three = get('/3')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok, true)
    await server.until(frameTypes.headers, 3)
    server.head(3, ok)
    server.data(3, 'two')
    await two.reply.whenTold(2)
    connection.close()
    expect(one.reply.events).toEqual(['head 200', 'end complete true'])
    expect(two.reply.events).toEqual(['head 200', 'piece two', 'end left'])
    expect(three.reply.events).toEqual(['end left'])
  })

  it('tells a session that breaks the rules as cut by framing', async () => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    await reply.whenTold(1)
    // A SETTINGS frame on a stream is an error of the connection (RFC 9113 §6.5).
    server.write(frameTypes.settings, 1, Buffer.alloc(0))
    expect(await reply.whenEnded()).toMatchObject({ kind: 'cut', by: 'framing' })
  })

  it('tells trailers before the end', async () => {
    const { server, get } = await setUp()
    const { reply } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    server.data(1, 'ab')
    server.head(1, [['x-sum', '1']], true)
    await reply.whenEnded()
    expect(reply.events).toEqual(['head 200', 'piece ab', 'trailers x-sum: 1', 'end complete true'])
  })

  it('sends a body', async () => {
    const { server, get } = await setUp()
    get('/', { method: 'POST', body: Buffer.from('abc') })
    expect((await server.until(frameTypes.data, 1)).toString()).toBe('abc')
  })

  it('G10: leave resets the stream, and no other', async () => {
    const { server, get } = await setUp()
    const one = get('/1')
    const two = get('/2')
    await server.until(frameTypes.headers, 3)
    server.head(1, ok)
    await one.reply.whenTold(1)
    one.exchange.leave()
    one.exchange.leave()
    expect((await server.until(frameTypes.resetStream, 1)).readUInt32BE(0)).toBe(8)
    server.head(3, ok, true)
    await two.reply.whenEnded()
    expect(one.reply.events).toEqual(['head 200', 'end left'])
    expect(two.reply.events).toEqual(['head 200', 'end complete true'])
  })

  it('close ends every exchange as left, and what is asked later as cut', async () => {
    const { server, get, connection } = await setUp()
    const one = get('/1')
    await connection[Symbol.asyncDispose]()
    await server.bytes.whenLeft()
    expect(one.reply.events).toEqual(['end left'])
    const two = get('/2')
    two.exchange.pause()
    two.exchange.resume()
    await two.reply.whenEnded()
    expect(two.reply.events).toEqual(['end cut closed This side has closed the connection'])
    const three = get('/3')
    three.exchange.leave()
    expect(three.reply.events).toEqual(['end left'])
  })

  it('pause keeps the window shut, and resume opens it', async () => {
    const { server, get } = await setUp()
    const { reply, exchange } = get('/')
    await server.until(frameTypes.headers, 1)
    server.head(1, ok)
    await reply.whenTold(1)
    exchange.pause()
    // Half of the window of 1 MiB, after which a reader would open it again.
    for (let sent = 0; sent < 40; sent++) server.data(1, 'x'.repeat(16_384))
    server.write(frameTypes.ping, 0, Buffer.alloc(8))
    await server.until(frameTypes.ping, 0)
    expect(reply.events).toEqual(['head 200'])
    expect(
      server.received.filter(({ type, stream }) => type === frameTypes.windowUpdate && stream === 1),
    ).toEqual([])
    exchange.resume()
    await server.until(frameTypes.windowUpdate, 1)
    server.data(1, '', true)
    await reply.whenEnded()
    expect(reply.text).toHaveLength(40 * 16_384)
  })
})
