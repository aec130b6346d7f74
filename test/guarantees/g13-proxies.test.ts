import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { isSecure } from '../support/connect-client.ts'
import type { Context } from 'millrace/context'
import { type Application, wsgi } from 'millrace/wsgi'

/** What a handler sees of its client. */
function tell({ transport, url }: Context): string {
  const { remoteAddress, remotePort, peerAddress, secure } = transport
  return JSON.stringify({
    remoteAddress,
    remotePort: remotePort ?? 0,
    peerAddress,
    secure,
    origin: url.origin,
  })
}

eachDelivery('G13: proxies', (open, { protocol }) => {
  const scheme = isSecure(protocol) ? 'https' : 'http'
  const own = { remoteAddress: '127.0.0.1', peerAddress: '127.0.0.1', secure: isSecure(protocol) }

  /** A server that trusts these; what it makes of requests with these fields. */
  async function openTelling(trustProxy?: readonly string[] | boolean) {
    const server = await open({ ...(trustProxy === undefined ? {} : { trustProxy }), routes: { '/': tell } })
    const client = server.client()
    const ask = async (...fields: string[]) => {
      client.get('/', ...fields)
      const { status, text } = await client.reply()
      return status === 200 ? JSON.parse(text) : status
    }
    return { ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  }

  const forwarded = [
    'X-Forwarded-For: 9.9.9.9, 1.2.3.4',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: a.test:81',
  ]

  it('G13: nobody is believed without being asked', async () => {
    for (const trust of [undefined, false, ['10.0.0.0/8']]) {
      await using server = await openTelling(trust)
      expect(await server.ask(...forwarded, 'Forwarded: for=1.2.3.4;host=a.test')).toMatchObject({
        ...own,
        origin: `${scheme}://test`,
      })
    }
  })

  it('a proxy that is trusted tells the address, the scheme and the host of its client', async () => {
    for (const trust of [['127.0.0.0/8'], true]) {
      await using server = await openTelling(trust)
      expect(await server.ask(...forwarded)).toEqual({
        remoteAddress: '1.2.3.4',
        remotePort: 0,
        peerAddress: '127.0.0.1',
        secure: true,
        origin: 'https://a.test:81',
      })
    }
  })

  it('Forwarded is understood', async () => {
    await using server = await openTelling(true)
    expect(await server.ask('Forwarded: for="[2001:db8::1]:4711";proto=http;host=a.test')).toEqual({
      remoteAddress: '2001:db8::1',
      remotePort: 4711,
      peerAddress: '127.0.0.1',
      secure: false,
      origin: 'http://a.test',
    })
  })

  it('G12: what is malformed is not used: an address is the proxy, and a host is 400', async () => {
    await using server = await openTelling(true)
    expect(await server.ask('X-Forwarded-For: <script>', 'X-Forwarded-Proto: javascript')).toMatchObject({
      ...own,
      origin: `${scheme}://test`,
    })
    for (const host of ['a b', 'a/b', 'user@a', 'a:99999999', '[', '<a>']) {
      expect(await server.ask(`X-Forwarded-Host: ${host}`)).toBe(400)
    }
  })

  it('a WSGI application sees the client, too', async () => {
    const application: Application = (environ, startResponse) => {
      startResponse('200 OK', [['Content-Type', 'text/plain']])
      const { REMOTE_ADDR: address, HTTP_HOST: host } = environ
      return [Buffer.from(`${address} ${environ['wsgi.url_scheme']} ${String(host)}`)]
    }
    await using server = await open({ trustProxy: true, routes: { '/': wsgi(application) } })
    const client = server.client()
    client.get('/', ...forwarded)
    expect((await client.reply()).text).toBe('1.2.3.4 https a.test:81')
  })

  it('G13: replies are counted for the clients of a proxy, and not for the proxy', async () => {
    const gate = new Gate()
    await using server = await open({
      trustProxy: ['127.0.0.1'],
      maxRepliesPerClient: 1,
      routes: { '/live': () => stream(gate), '/': () => 'hello' },
    })
    const live = server.client()
    live.get('/live', 'X-Forwarded-For: 2001:db8:1:2::1')
    gate.open('begun')
    await live.untilChunk('begun')
    const statuses: number[] = []
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', '2001:db8:1:3::1', '1.2.3.4']) {
      const client = server.client()
      client.get('/', `X-Forwarded-For: 9.9.9.9, ${address}`)
      statuses.push((await client.reply()).status)
    }
    expect(statuses).toEqual([429, 429, 200, 200])
    gate.end()
    await live.untilEnd()
  })
})
