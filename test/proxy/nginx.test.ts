// nginx in front, with its defaults but for what a test says: it buffers, and speaks HTTP/1.0 to millrace.
import { once } from 'node:events'
import { ndjson, stream } from 'millrace'
import { describe, expect, it } from 'vitest'
import { DecodingClient } from '../compression/decoding-client.ts'
import { Gate } from '../support/gate.ts'
import { hasNginx, Nginx } from '../support/nginx.ts'
import { RawClient } from '../support/raw-client.ts'
import { openClient } from '../support/open-client.ts'
import { openTestServer } from '../support/test-server.ts'

const modern = { location: 'proxy_http_version 1.1;' }

describe.skipIf(!hasNginx)('behind nginx (skipped where nginx is not installed)', () => {
  it.each([
    ['HTTP/1.0, its default', {}],
    ['HTTP/1.1', modern],
  ])(
    'G1: each block arrives before the next is opened, over %s [GAP-015, GUN-024, MWS-022]',
    async (_, options) => {
      const gate = new Gate()
      await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
      await using nginx = await Nginx.open(server.port, options)
      const client = new RawClient(nginx.port)
      client.get('/')
      for (const block of ['one', 'two', 'three']) {
        gate.open(block)
        await client.until(block)
      }
      gate.end()
      const rest = client.until('0\r\n\r\n')
      expect(await rest).toContain('0\r\n\r\n')
      client.leave()
    },
  )

  it('G1: each block arrives before the next is opened, over HTTP/2 to the client', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
    await using nginx = await Nginx.open(server.port, { ...modern, listen: 'http2' })
    const client = openClient(nginx.port, 'h2c')
    client.get('/')
    for (const block of ['one', 'two', 'three']) {
      gate.open(block)
      await client.until(block)
    }
    gate.end()
    await client.untilEnd()
    client.leave()
  })

  it('G1: each block can be decoded before the next is opened, where nginx compresses', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
    const location = `${modern.location} gzip on; gzip_types text/plain; gzip_min_length 1; gzip_proxied any;`
    await using nginx = await Nginx.open(server.port, { location })
    const client = new DecodingClient(`http://127.0.0.1:${nginx.port}/`, 'gzip')
    let text = ''
    for (const block of ['one', 'two', 'three']) {
      gate.open(block)
      text += block
      await client.until(text)
    }
    gate.end()
    expect(await client.over()).toMatchObject({ isEncodingWhole: true, isMessageWhole: true })
  })

  it('G1: records arrive as they come, and a stream of none is a whole, empty body [GUN-024]', async () => {
    const gate = new Gate()
    await using server = await openTestServer({
      routes: { '/rows': () => ndjson(gate), '/none': () => stream([]) },
    })
    await using nginx = await Nginx.open(server.port, modern)
    const client = new RawClient(nginx.port)
    client.get('/rows')
    for (const word of ['a', 'b']) {
      gate.open(word)
      await client.until(`"${word}"\n`)
    }
    gate.end()
    await client.until('0\r\n\r\n')
    client.get('/none')
    expect(await client.reply()).toMatchObject({ status: 200, text: '', isComplete: true })
    client.leave()
  })

  it('G4: a body that fails is cut for the client, where nginx speaks HTTP/1.1 [GAP-014]', async () => {
    const gate = new Gate()
    await using server = await openTestServer({ routes: { '/': () => stream(gate) } })
    await using nginx = await Nginx.open(server.port, modern)
    const client = new RawClient(nginx.port)
    client.get('/')
    gate.open('one')
    await client.until('one')
    gate.fail(new Error('cannot go on'))
    const { text } = await client.toEnd()
    expect(text).not.toContain('0\r\n\r\n')
  })

  it('G10: the source is closed when the client of nginx leaves', async () => {
    const gate = new Gate()
    const over = Promise.withResolvers<string>()
    await using server = await openTestServer({
      routes: { '/': () => stream(gate, { onClose: ({ kind }) => over.resolve(kind) }) },
    })
    await using nginx = await Nginx.open(server.port, modern)
    const client = new RawClient(nginx.port)
    client.get('/')
    gate.open('one')
    await client.until('one')
    client.leave()
    expect(await over.promise).toBe('client-gone')
    expect(gate.closed).toBe(1)
  })

  // docs/operating.md says so.
  it.each([
    ['is taken for gone, with its defaults', '', true],
    ['gets its whole reply with `proxy_ignore_client_abort`', 'proxy_ignore_client_abort on;', false],
  ])('a client that closes its side %s', async (_, more, isGone) => {
    const asked = Promise.withResolvers<AbortSignal>()
    const made = Promise.withResolvers<string>()
    await using server = await openTestServer(
      { routes: { '/': ({ signal }) => (asked.resolve(signal), made.promise), '/ping': () => 'pong' } },
      'HTTP/1.1',
    )
    await using proxy = await Nginx.open(server.port, { location: `${modern.location} ${more}` })
    const client = new RawClient(proxy.port)
    client.get('/')
    const signal = await asked.promise
    client.socket.end()
    if (isGone && !signal.aborted) await once(signal, 'abort')
    const other = new RawClient(proxy.port)
    other.get('/ping')
    await other.reply()
    made.resolve('text')
    const { status, text } = await client.reply()
    expect(status === 200 && text === 'text').toBe(!isGone)
    for (const one of [client, other]) one.leave()
  })
})
