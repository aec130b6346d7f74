import { describe, expect, it } from 'vitest'
import { frameTypes } from '../../../../test/support/http2-frame.ts'
import type { Http2Frames } from '../../../../test/support/http2-frames.ts'
import { setUpHttp2 } from '../../../../test/support/set-up-http2.ts'
import { ClientGone } from '../../../delivery/errors.ts'
import { ProxyTrust } from '../../limits/proxies/proxy-trust.ts'
import type { ProtocolPlan } from '../../port/protocol.ts'

const KIB = 1024

async function open(
  fields: Record<string, string> = {},
  more: Partial<ProtocolPlan> & { isOpen?: boolean } = {},
) {
  const { isOpen = false, ...plan } = more
  const { connect, next } = await setUpHttp2(plan)
  const client = connect()
  client.request(1, fields, { isOpen })
  return { client, next, ...(await next()) }
}

function post(fields: Record<string, string> = {}, more: Partial<ProtocolPlan> = {}) {
  return open({ ':method': 'POST', ...fields }, { ...more, isOpen: true })
}

function toWholeHead() {
  const framing = { kind: 'none' } as const
  return { status: 200, reason: 'OK', fields: [], framing, stays: true }
}

async function answer(client: Http2Frames): Promise<void> {
  client.send(frameTypes.ping, { payload: Buffer.alloc(8) })
  for (;;) if (((await client.next(frameTypes.ping)).flags & 1) === 1) return
}

describe('Http2Request', () => {
  it('says what was asked, and where', async () => {
    const { wire } = await open({ ':path': '/a?b', 'x-a': 'é', cookie: 'a=1' })
    const request = wire.readRequest()
    expect(request.origin()).toBe('http://test')
    expect(request.transport).toMatchObject({
      protocol: 'HTTP/2.0',
      secure: false,
      delivery: 'block',
      asynchronous: true,
      remoteAddress: '127.0.0.1',
      peerAddress: '127.0.0.1',
    })
    expect(request.transport.remotePort).toBeGreaterThan(0)
    expect([...request.headers()]).toEqual([
      ['cookie', 'a=1'],
      ['host', 'test'],
      ['x-a', 'é'],
    ])
    expect([request.field?.('x-a'), request.field?.('host'), request.field?.('x-b')]).toEqual([
      'é',
      'test',
      undefined,
    ])
    expect([request.hasBody, request.body()]).toEqual([false, null])
  })

  it('believes a proxy that is trusted', async () => {
    const fields = {
      'x-forwarded-for': '10.1.2.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shown',
    }
    const { wire } = await open(fields, { proxies: new ProxyTrust(['127.0.0.1']) })
    const request = wire.readRequest()
    expect(request.origin()).toBe('https://shown')
    expect(request.transport).toMatchObject({
      remoteAddress: '10.1.2.3',
      secure: true,
      peerAddress: '127.0.0.1',
    })
    const other = await open(
      { 'x-forwarded-for': '10.1.2.3', 'x-forwarded-host': 'a b' },
      { proxies: new ProxyTrust(true) },
    )
    expect(() => other.wire.readRequest()).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('refuses a body that is announced too long, and CONNECT', async () => {
    const { wire } = await post({ 'content-length': '1001' }, { maxRequestBytes: 1000 })
    expect(() => wire.readRequest()).toThrow(expect.objectContaining({ status: 413 }))
    const connect = await open({ ':method': 'CONNECT', ':scheme': '', ':path': '' })
    expect(() => connect.wire.readRequest()).toThrow(expect.objectContaining({ status: 501 }))
  })

  it('sends early hints until the head goes out, and refuses a line break in them', async () => {
    const { client, wire } = await open()
    const request = wire.readRequest()
    request.earlyHints?.(['</a.css>; rel=preload', '</b.css>; rel=preload'])
    expect(await client.head(1)).toEqual({
      ':status': '103',
      link: '</a.css>; rel=preload\n</b.css>; rel=preload',
    })
    expect(() => request.earlyHints?.(['</a>\r\nx: y'])).toThrow(TypeError)
    wire.writeHead(toWholeHead())
    request.earlyHints?.(['</c.css>; rel=preload'])
    expect((await client.head(1))[':status']).toBe('200')
  })
})

describe('Http2Request, of a body', () => {
  it('gives it as it comes, to its end', async () => {
    const { client, wire } = await post()
    const reader = wire.readRequest().body()?.getReader()
    client.data(1, 'one')
    expect(String(await reader?.read().then(({ value }) => Buffer.from(value ?? [])))).toBe('one')
    client.data(1, 'two', { isEnd: true })
    expect(String(await reader?.read().then(({ value }) => Buffer.from(value ?? [])))).toBe('two')
    expect((await reader?.read())?.done).toBe(true)
  })

  it('tells a client that waits to go on when the body is first read', async () => {
    const { client, wire } = await post({ expect: '100-continue' })
    const body = wire.readRequest().body()
    await answer(client)
    expect(client.seen.some(({ type }) => type === frameTypes.headers)).toBe(false)
    const read = body?.getReader().read()
    expect(await client.head(1)).toEqual({ ':status': '100' })
    client.data(1, 'one', { isEnd: true })
    expect((await read)?.done).toBe(false)
  })

  it('G13: refuses what is longer than it may be, and harms no other stream', async () => {
    const { client, wire, next } = await post({}, { maxRequestBytes: 10 })
    const reader = wire.readRequest().body()?.getReader()
    client.data(1, '12345678901')
    await expect(reader?.read()).rejects.toMatchObject({ status: 413 })
    wire.writeHead(toWholeHead())
    wire.end(undefined, () => {})
    expect((await client.head(1))[':status']).toBe('200')
    client.request(3)
    expect((await next()).wire.method).toBe('GET')
  })

  it.each(['nobody reads', 'nobody reads on'])(
    'G2: takes no more than it has room for where %s',
    async (how) => {
      const { client, wire } = await post()
      const reader = wire.readRequest().body()?.getReader()
      // As much as the windows allow.
      let sent = 0
      for (let allowed = 65_535; allowed > sent; allowed = 65_535 + returned(client)) {
        for (; sent < allowed; sent += Math.min(15 * KIB, allowed - sent))
          client.data(1, Buffer.alloc(Math.min(15 * KIB, allowed - sent)))
        if (how === 'nobody reads on' && sent === 65_535) await reader?.read()
        await answer(client)
      }
      expect(sent).toBeLessThan(200 * KIB)
    },
  )

  it('does not hang a reply whose handler reads in part', async () => {
    const { client, wire } = await post()
    const reader = wire.readRequest().body()?.getReader()
    for (let sent = 0; sent < 60 * KIB; sent += 15 * KIB) client.data(1, Buffer.alloc(15 * KIB))
    await reader?.read()
    wire.writeHead({ ...toWholeHead(), framing: { kind: 'length', bytes: 3 } })
    await new Promise<void>((resolve) => wire.end(Buffer.from('all'), resolve))
    expect(await client.over(1)).toEqual({ how: 'end', text: 'all' })
    expect((await client.next(frameTypes.resetStream, 1)).payload.readUInt32BE()).toBe(0)
  })

  it('G10: fails for who reads it when the client resets the stream', async () => {
    const { client, wire, gone } = await post()
    const read = wire.readRequest().body()?.getReader().read()
    client.reset(1)
    await expect(read).rejects.toBeInstanceOf(ClientGone)
    expect(await gone).toBeInstanceOf(ClientGone)
  })
})

function returned(client: Http2Frames): number {
  const updates = client.seen.filter(({ type, stream }) => type === frameTypes.windowUpdate && stream === 1)
  return updates.reduce((sum, { payload }) => sum + payload.readUInt32BE(), 0)
}
