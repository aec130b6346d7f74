import { describe, expect, it } from 'vitest'
import { frameTypes } from '../../../test/support/http2-frame.ts'
import { type Http2FramesOptions, toFields } from '../../../test/support/http2-frames.ts'
import { setUpHttp2 } from '../../../test/support/set-up-http2.ts'
import { ClientGone } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { Head, ServedWire } from '../wire.ts'

const stream: Framing = { kind: 'stream' }

// A request that waits for its reply, and its client.
async function open(
  fields: Record<string, string> = {},
  options?: Http2FramesOptions & { isOpen?: boolean },
) {
  const { connect, next, protocol } = await setUpHttp2()
  const client = connect(options)
  client.request(1, fields, options)
  return { client, next, protocol, ...(await next()) }
}

function toHead(more: Partial<Head> = {}): Head {
  const framing = { kind: 'length', bytes: 4 } as const
  return { status: 200, reason: 'OK', fields: ['content-length', '4'], framing, stays: true, ...more }
}

function end(wire: ServedWire, text?: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  wire.end(text === undefined ? undefined : Buffer.from(text), resolve)
  return promise
}

describe('Http2Wire, of its request', () => {
  it('says what the head says, and that no other reply comes before its own', async () => {
    const { wire } = await open({ ':method': 'PUT', ':path': '/a?b' })
    expect([wire.method, wire.target, wire.version, wire.isNext]).toEqual(['PUT', '/a?b', '2.0', true])
    expect(wire.readRequest()).toMatchObject({ method: 'PUT', target: '/a?b', authority: 'test' })
    expect(wire.remoteAddress).toBe('127.0.0.1')
  })

  it.each([
    ['', false],
    ['trailers', true],
  ])('says whether the client takes trailers: %j', async (te, takes) => {
    const { wire } = await open({ te, accept: 'te' })
    expect(wire.takesTrailers).toBe(takes)
  })
})

describe('Http2Wire, of a whole reply', () => {
  it('G8: sends the head without the reason and what belongs to a connection, and the end with the body', async () => {
    const { client, wire, reasons } = await open()
    const fields = ['Content-Length', '4', 'Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'connection', 'close']
    fields.push('keep-alive', 'timeout=5', 'transfer-encoding', 'chunked', 'upgrade', 'x', 'x-latin', 'é')
    wire.writeHead(toHead({ fields, reason: 'Fine' }))
    await end(wire, 'body')
    const head = await client.head(1)
    expect(head).toMatchObject({
      ':status': '200',
      'content-length': '4',
      'set-cookie': 'a=1\nb=2',
      'x-latin': 'é',
    })
    expect(Object.keys(head).toSorted()).toEqual([
      ':status',
      'content-length',
      'date',
      'set-cookie',
      'x-latin',
    ])
    expect(await client.over(1)).toEqual({ how: 'end', text: 'body' })
    expect(client.seen.filter(({ stream: id }) => id === 1).map(({ type }) => type)).toEqual([1, 0])
    expect(reasons).toEqual([])
  })

  it.each([
    ['HEAD', 200, { kind: 'none' }],
    ['GET', 204, { kind: 'none' }],
    ['GET', 304, { kind: 'none' }],
    ['GET', 200, { kind: 'length', bytes: 0 }],
  ] as const)('G7: %s with status %i ends with its head', async (method, status, framing) => {
    const { client, wire } = await open({ ':method': method, te: 'trailers' })
    wire.writeHead(toHead({ status, framing, fields: [] }))
    await end(wire)
    expect(await client.over(1)).toEqual({ how: 'end', text: '' })
    expect(client.seen.filter(({ stream: id }) => id === 1).map(({ type, flags }) => [type, flags])).toEqual([
      [1, 5],
    ])
  })

  it.each(['a\r\nb: c', 'a\nb', 'a\0b', 'a\u0100'])(
    'G12: refuses the value %j with nothing sent',
    async (value) => {
      const { client, wire } = await open()
      expect(() => wire.writeHead(toHead({ fields: ['x-a', value] }))).toThrow(TypeError)
      expect(() => wire.writeHead(toHead({ fields: [`x-${value}`, 'a'] }))).toThrow(TypeError)
      wire.writeHead(toHead())
      await end(wire, 'body')
      expect(await client.over(1)).toEqual({ how: 'end', text: 'body' })
    },
  )

  it('calls back only when the client has taken all of it', async () => {
    const { client, wire } = await open({}, { window: 0 })
    let isEnded = false
    wire.writeHead(toHead())
    const ended = end(wire, 'body').then(() => (isEnded = true))
    client.send(frameTypes.ping, { payload: Buffer.alloc(8) })
    await client.next(frameTypes.ping)
    expect(isEnded).toBe(false)
    client.allow(1, 4)
    await ended
    expect(await client.over(1)).toEqual({ how: 'end', text: 'body' })
  })

  it('calls back never when the client goes first, and tells the reply', async () => {
    const { client, wire, gone, reasons } = await open({}, { window: 0 })
    let isEnded = false
    wire.writeHead(toHead())
    void end(wire, 'body').then(() => (isEnded = true))
    await client.head(1)
    client.reset(1)
    expect(await gone).toBeInstanceOf(ClientGone)
    expect(isEnded).toBe(false)
    expect(reasons).toHaveLength(1)
  })

  it('sends plain text and bytes, and tells when they are sent', async () => {
    const { client, wire, live, next } = await open()
    wire.sendPlain('é', true)
    wire.close(live)
    const { promise, resolve } = Promise.withResolvers<void>()
    wire.whenSent?.(resolve)
    expect(await client.head(1)).toMatchObject({
      'content-type': 'text/plain;charset=UTF-8',
      'content-length': '2',
    })
    expect(await client.over(1)).toEqual({ how: 'end', text: 'Ã©' })
    await promise
    await new Promise<void>((done) => wire.whenSent?.(done))
    client.request(3)
    const second = await next()
    second.wire.sendPlain(new Uint8Array(0), false)
    expect(await client.head(3)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '0',
    })
    expect((await client.over(3)).how).toBe('end')
  })

  it('writes no head for a client that has left, and goes on', async () => {
    const { client, wire, gone, next } = await open()
    client.reset(1)
    await gone
    wire.writeHead(toHead())
    wire.end(undefined, () => {})
    client.request(3)
    expect((await next()).wire.method).toBe('GET')
  })

  it('resets the stream of a client that is still sending, after the whole reply, and not the session', async () => {
    const { client, wire, next } = await open({ ':method': 'POST' }, { isOpen: true })
    client.data(1, 'some')
    wire.writeHead(toHead())
    await end(wire, 'body')
    expect(await client.over(1)).toEqual({ how: 'end', text: 'body' })
    expect((await client.next(frameTypes.resetStream, 1)).payload.readUInt32BE()).toBe(0)
    client.request(3)
    await next()
  })
})

describe('Http2Wire, of a body block by block', () => {
  it('sends trailers to a client that takes them', async () => {
    const { client, wire } = await open({ te: 'trailers' })
    const sink = wire.toSink({
      frame: () => stream,
      write: () => wire.writeHead(toHead({ framing: stream, fields: [] })),
    })
    sink.commit(stream)
    sink.write(Buffer.from('one'))
    await new Promise<unknown>((resolve) =>
      sink.end([Buffer.from('two')], ['x-sum', '1', 'X-More', '2'], resolve),
    )
    expect(await client.over(1)).toEqual({ how: 'end', text: 'onetwo' })
    expect(toFields(client.seen.at(-1) ?? (await client.next(frameTypes.headers)))).toEqual({
      'x-sum': '1',
      'x-more': '2',
    })
  })

  it('ends without them where there are none', async () => {
    const { client, wire } = await open({ te: 'trailers' })
    const sink = wire.toSink({
      frame: () => stream,
      write: () => wire.writeHead(toHead({ framing: stream, fields: [] })),
    })
    sink.commit(stream)
    await new Promise<unknown>((resolve) => sink.end([Buffer.from('one')], [], resolve))
    expect(await client.over(1)).toEqual({ how: 'end', text: 'one' })
  })

  it('G4: destroy() and reset() break its stream off and leave the session alone', async () => {
    const { client, wire, next, gone } = await open()
    wire.writeHead(toHead({ framing: stream, fields: [] }))
    wire.destroy()
    expect(await client.over(1)).toEqual({ how: 2, text: '' })
    expect(client.hasEnded(1)).toBe(false)
    await gone
    client.request(3)
    const second = await next()
    second.wire.reset()
    expect((await client.over(3)).how).toBe(2)
    client.request(5)
    await next()
  })
})
