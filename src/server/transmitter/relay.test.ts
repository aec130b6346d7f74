import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  gather,
  type OpenedRelay,
  openGet,
  openStream,
  overfill,
  setUpRelay,
  takeEnd,
  takeHead,
  toHead,
} from '../../../test/support/set-up-relay.ts'
import { ClientGone } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import { formatHead, parseFields, parseRequest, toTransmitter } from '../thread/records.ts'
import { CREDIT } from '../thread/thread-sink.ts'
import { PLAIN_STAYS, PLAIN_TEXT } from '../thread/thread-wire.ts'
import type { Head } from '../wire.ts'
import type { Relay } from './relay.ts'

afterEach(() => void vi.useRealTimers())

function takeWhole(relay: Relay, head: Head, body: string): void {
  const text = Buffer.from(formatHead(head), 'latin1')
  const size = Buffer.alloc(4)
  size.writeUInt32LE(text.byteLength)
  relay.take(toTransmitter.whole, Buffer.concat([size, text, Buffer.from(body)]))
}

describe('Relay.open', () => {
  it('tells the application what the request says', async () => {
    const { client, inbox } = await setUpRelay()
    client.send(
      'POST /a%20b?c HTTP/1.1\r\nHost: test:81\r\nX-A: caf\u00e9\r\nX-A:\r\nTE: trailers\r\nContent-Length: 3\r\n\r\n',
    )
    const request = parseRequest((await inbox.until('request')).toString('latin1'))
    expect(request).toMatchObject({
      method: 'POST',
      version: '1.1',
      secure: false,
      takesTrailers: true,
      isNext: true,
      hasBody: true,
      remoteAddress: '127.0.0.1',
      remotePort: client.socket.localPort,
      peerAddress: '127.0.0.1',
      authority: 'test:81',
      target: '/a%20b?c',
    })
    expect(parseFields(request.fields)).toEqual([
      'Host',
      'test:81',
      'X-A',
      'caf\u00e9',
      'X-A',
      '',
      'TE',
      'trailers',
      'Content-Length',
      '3',
    ])
  })

  it.each([
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 'GET', /^400\nCannot use the Host/],
    [
      'a body too long',
      'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n',
      'PUT',
      /^413\nCannot take/,
    ],
  ])('tells it that a request was refused for %s', async (_, text, method, start) => {
    const { client, inbox } = await setUpRelay()
    client.send(text)
    const refused = (await inbox.until('refused')).toString('latin1')
    expect(refused).toMatch(start)
    const [status = '', message = ''] = refused.split('\n', 2)
    expect(parseRequest(refused.slice(status.length + message.length + 2))).toMatchObject({
      method,
      isNext: true,
    })
  })

  it('tells it when a request is the next on its connection', async () => {
    const { client, inbox, whenOpen } = await setUpRelay()
    client.get('/one')
    client.get('/two')
    const second = await whenOpen(2)
    await inbox.until('request')
    const request = parseRequest((await inbox.until('request')).toString('latin1'))
    expect([request.target, request.isNext, inbox.names]).toEqual(['/two', false, []])
    const first = await whenOpen(1)
    first.take(toTransmitter.plain, Buffer.from([PLAIN_TEXT | PLAIN_STAYS, 49]))
    await inbox.until('next')
    second.take(toTransmitter.plain, Buffer.from([PLAIN_TEXT | PLAIN_STAYS, 50]))
    expect([(await client.reply()).text, (await client.reply()).text]).toEqual(['1', '2'])
  })
})

describe('Relay, which sends a body', () => {
  it('gives what was gathered to the client at flush, the head with it', async () => {
    const { relay, client } = await openGet()
    takeHead(relay, {
      status: 201,
      reason: 'caf\u00e9',
      fields: ['x-a', '\u00ff', 'transfer-encoding', 'chunked'],
    })
    gather(relay, 'one')
    gather(relay, 'two')
    expect(client.received).toBe('')
    relay.flush()
    const text = await client.until('two\r\n')
    expect(text).toMatch(/^HTTP\/1.1 201 caf\u00e9\r\nx-a: \u00ff\r\n[^]*\r\n\r\n6\r\nonetwo\r\n$/)
  })

  it('lets a head go that has no data yet', async () => {
    const { relay, client } = await openGet()
    takeHead(relay)
    relay.flush()
    expect(await client.until('\r\n\r\n')).toContain('200 OK')
  })

  it('ends it with its trailers, tells the application, and is closed', async () => {
    const { relay, client, inbox, closed } = await openStream()
    gather(relay, 'end')
    takeEnd(relay, ['x-sum', '1'])
    relay.flush()
    expect((await inbox.until('ended')).readUIntLE(0, 6)).toBe(0)
    expect(await client.until('x-sum: 1\r\n\r\n')).toBe('3\r\nend\r\n0\r\nx-sum: 1\r\n\r\n')
    expect(closed.mock.calls).toEqual([[1]])
  })

  it('keeps the connection for the next request', async () => {
    const { relay, client, whenOpen, inbox } = await openStream()
    takeEnd(relay)
    relay.flush()
    await client.until('0\r\n\r\n')
    client.get('/next')
    const next = await whenOpen(2)
    next.take(toTransmitter.plain, Buffer.from([PLAIN_STAYS, 120]))
    expect((await client.reply()).text).toBe('x')
    expect(inbox.names).toEqual(['ended', 'request'])
  })

  it('G2: gives credit back as the bytes leave, a quarter at a time', async () => {
    const { relay, client, inbox } = await openStream({ framing: { kind: 'close' } })
    gather(relay, Buffer.alloc(CREDIT / 4 - 1))
    relay.flush()
    await client.until('\0')
    expect(inbox.names).toEqual([])
    gather(relay, 'x')
    relay.flush()
    expect((await inbox.until('credit')).readUIntLE(0, 6)).toBe(CREDIT / 4)
  })

  it('G2: gives none back for what a client does not read', async () => {
    const { relay, client, inbox } = await openStream({ framing: { kind: 'close' } })
    client.pause()
    const size = overfill(relay)
    takeEnd(relay)
    relay.flush()
    let credit = 0
    while (inbox.names.length > 0) credit += (await inbox.until('credit')).readUIntLE(0, 6)
    expect(credit).toBeLessThan(size)
    client.resume()
    const { text } = await client.toEnd()
    expect(text.length).toBe(size)
    expect(inbox.names.at(-1)).toBe('ended')
  })

  it.each([
    ['text', PLAIN_TEXT | PLAIN_STAYS, 'text/plain;charset=UTF-8', undefined],
    ['bytes', 0, 'application/octet-stream', 'close'],
  ])('sends plain %s as a whole reply', async (_, flags, type, connection) => {
    const { relay, client, closed } = await openGet()
    relay.take(toTransmitter.plain, Buffer.concat([Buffer.from([flags]), Buffer.from('caf\u00e9')]))
    const { status, headers, text } = await client.reply()
    expect([status, headers.get('content-type'), text]).toEqual([200, type, 'caf\u00e9'])
    if (connection) expect(headers.get('connection')).toBe(connection)
    expect(closed).toHaveBeenCalledOnce()
  })

  it.each<[string, Framing, string]>([
    ['a head and its body', { kind: 'length', bytes: 5 }, 'caf\u00e9'],
    ['a head alone', { kind: 'none' }, ''],
  ])('sends %s that came as one, and tells when it has left', async (_, framing, body) => {
    const { relay, client, inbox, closed } = await openGet()
    const status = body === '' ? 204 : 200
    takeWhole(relay, toHead({ status, framing, fields: body === '' ? [] : ['content-length', '5'] }), body)
    expect(await client.reply()).toMatchObject({ status, text: body, isComplete: true })
    await inbox.until('ended')
    expect(closed).toHaveBeenCalledOnce()
  })

  it('sends early hints', async () => {
    const { relay, client } = await openGet()
    relay.take(toTransmitter.hints, Buffer.from('</a.css>; rel=preload\n</b.js>; rel=preload'))
    expect(await client.until('\r\n\r\n')).toMatch(
      /^HTTP\/1.1 103 .*\r\nLink: <\/a.css>; rel=preload, <\/b.js>; rel=preload\r\n\r\n$/i,
    )
  })
})

describe('Relay, which reads a body', () => {
  async function openPost(length: number, maxRequestBytes?: number): Promise<OpenedRelay & { relay: Relay }> {
    const opened = await setUpRelay(maxRequestBytes)
    opened.client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`)
    const relay = await opened.whenOpen()
    await opened.inbox.until('request')
    return { ...opened, relay }
  }

  function takeRead(relay: Relay): void {
    relay.take(toTransmitter.read, Buffer.alloc(0))
  }

  it('gives one piece for each that is asked for, then the end', async () => {
    const { relay, client, inbox } = await openPost(6)
    for (const text of ['one', 'two']) {
      takeRead(relay)
      client.send(text)
      expect(String(await inbox.until('body'))).toBe(text)
    }
    takeRead(relay)
    await inbox.until('bodyEnd')
    expect(inbox.names).toEqual([])
  })

  it('gives the end at once where there is no body', async () => {
    const { relay, inbox } = await openGet()
    takeRead(relay)
    await inbox.until('bodyEnd')
  })

  it('fails with the status of a body that is too long', async () => {
    const { client, inbox, whenOpen } = await setUpRelay(5)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n')
    takeRead(await whenOpen())
    expect(String(await inbox.until('bodyFailed'))).toMatch(/^413\nCannot take/)
  })

  it('G10: tells of the departure of a client, in place of a body', async () => {
    const { relay, client, inbox } = await openPost(6)
    takeRead(relay)
    client.leave()
    expect((await inbox.until('gone')).byteLength).toBe(0)
  })

  it('tells nothing of a request body when the reply is over: its number may be that of another request', async () => {
    const { relay, client, inbox, listener } = await openPost(6)
    takeRead(relay)
    // The reading is under way in the request.
    await new Promise((resolve) => setImmediate(resolve))
    relay.take(toTransmitter.destroy, Buffer.alloc(0))
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
    // Resolves when the connection is closed; whatever node:http tells of that, it does so before the next turn.
    await listener.close(5000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(inbox.names).toEqual(['gone'])
  })

  it('tells who has asked to break a connection off that its client is gone', async () => {
    const { relay, inbox } = await openPost(6)
    relay.take(toTransmitter.destroy, Buffer.alloc(0))
    relay.take(toTransmitter.destroy, Buffer.alloc(0))
    expect(inbox.names).toEqual(['gone'])
    expect(relay.isOver).toBe(true)
  })
})

describe('Relay.ask', () => {
  it('G10: asks before the head, and between two frames', async () => {
    const { client, relay } = await openGet()
    expect(relay.ask()).toBe(true)
    takeHead(relay)
    relay.flush()
    expect(await client.until('\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    await client.until('\r\n\r\n')
    expect(relay.ask()).toBe(true)
    gather(relay, 'one')
    relay.flush()
    expect(await client.until('one')).toBe('03\r\none')
  })

  it('G4: puts nothing into a frame, nor between what a client has yet to read', async () => {
    const { client, relay } = await openStream()
    relay.isInside = true
    expect(relay.ask()).toBe(false)
    relay.isInside = false
    client.pause()
    overfill(relay)
    expect(relay.ask()).toBe(false)
    relay.abort(new ClientGone())
    expect(relay.ask()).toBe(false)
  })
})
