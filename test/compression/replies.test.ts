import { gunzipSync } from 'node:zlib'
import { expect, it, vi } from 'vitest'
import { flush, reply, stream } from 'millrace'
import { compress } from 'millrace/middleware'
import { eachDelivery } from '../support/each-delivery.ts'
import { DecodingClient } from './decoding-client.ts'

const gzip = 'Accept-Encoding: gzip'
const headers = { 'content-type': 'text/html' }

eachDelivery('compress', (open, { isHttp1 }) => {
  it('a buffered handler that fails gets a plain error page [CPY-042]', async () => {
    const failing = function* () {
      yield 'x'.repeat(5000)
      throw new Error('no')
    }
    await using server = await open({ use: [compress()], routes: { '/': () => failing() } })
    const client = server.client()
    client.get('/', gzip)
    const { status, headers: head, text } = await client.reply()
    expect([status, head.get('content-encoding')]).toEqual([500, undefined])
    expect(text).toBe('Internal server error\n')
  })

  it('a stream that fails before its first block gets a plain error page [CPY-042]', async () => {
    // oxlint-disable-next-line require-yield -- it fails before its first block
    const failing = function* (): Generator<string> {
      throw new Error('no')
    }
    await using server = await open({
      use: [compress()],
      routes: { '/': () => stream(failing, { headers }) },
    })
    const client = server.client()
    client.get('/', gzip)
    const { status, headers: head } = await client.reply()
    expect([status, head.get('content-encoding')]).toEqual([500, undefined])
  })

  it('buffered replies have their new length [CPY-040]', async () => {
    await using server = await open({ use: [compress()], routes: { '/': () => ['a line\n'.repeat(1000)] } })
    const client = server.client()
    for (const method of ['GET', 'GET']) {
      client.request(method, '/', gzip)
      const { headers: head, body, framing } = await client.reply(method)
      expect([head.get('content-encoding'), framing]).toEqual(['gzip', 'length'])
      expect(gunzipSync(body).toString()).toBe('a line\n'.repeat(1000))
    }
  })

  it('G7: HEAD, 204 and 304 never start the source [CPY-044]', async () => {
    const source = vi.fn(() => ['a'])
    await using server = await open({
      use: [compress()],
      routes: {
        '/': () => stream(source, { headers }),
        '/buffered': () => reply(source, { headers }),
        '/204': () => reply(null, { status: 204 }),
        '/304': () => reply(null, { status: 304 }),
      },
    })
    const client = server.client()
    client.request('HEAD', '/', gzip)
    const { headers: head } = await client.reply('HEAD')
    expect([head.get('content-encoding'), head.get('vary')]).toEqual(['gzip', 'Accept-Encoding'])
    client.request('HEAD', '/buffered', gzip)
    expect((await client.reply('HEAD')).headers.has('content-length')).toBe(false)
    for (const status of [204, 304]) {
      client.get(`/${status}`, gzip)
      const made = await client.reply()
      expect([made.status, made.headers.has('content-encoding'), made.body.length]).toEqual([
        status,
        false,
        0,
      ])
    }
    expect(source).not.toHaveBeenCalled()
  })

  it('an empty stream has no encoding, unless its head has gone out', async () => {
    await using server = await open({
      use: [compress()],
      routes: { '/': () => stream([], { headers }), '/now': () => stream([flush], { headers }) },
    })
    const client = server.client()
    client.get('/', gzip)
    const empty = await client.reply()
    expect([empty.headers.has('content-encoding'), empty.body.length]).toEqual([false, 0])
    client.get('/now', gzip)
    const now = await client.reply()
    expect([now.headers.get('content-encoding'), gunzipSync(now.body).length]).toEqual(['gzip', 0])
  })

  it('a stream without a type is text, or bytes that stay as they are', async () => {
    await using server = await open({
      use: [compress()],
      routes: { '/text': () => stream(['ä', 'b']), '/bytes': () => stream([Buffer.from('a'), 'b']) },
    })
    const client = server.client()
    client.get('/text', gzip)
    const text = await client.reply()
    expect(gunzipSync(text.body).toString()).toBe('äb')
    expect(text.headers.get('content-type')).toBe('text/plain;charset=UTF-8')
    expect(text.headers.get('x-content-type-options')).toBe('nosniff')
    client.get('/bytes', gzip)
    const bytes = await client.reply()
    expect([bytes.text, bytes.headers.get('content-encoding')]).toEqual(['ab', undefined])
    expect(bytes.headers.get('content-type')).toBe('application/octet-stream')
  })

  it('G11: trailers come after the encoding', async () => {
    const trailers = () => ({ 'x-rows': '2' })
    await using server = await open({
      use: [compress()],
      routes: { '/': () => stream(['a', 'b'], { headers, trailers }) },
    })
    const client = server.client()
    client.get('/', gzip, 'TE: trailers')
    const made = await client.reply()
    expect(gunzipSync(made.body).toString()).toBe('ab')
    expect(made.trailers.get('x-rows')).toBe('2')
  })

  it.runIf(isHttp1)('G8: HTTP/1.0 gets the encoding without chunks', async () => {
    await using server = await open({
      use: [compress()],
      routes: { '/': () => stream(['a', 'b'], { headers }) },
    })
    const client = server.client()
    client.getOld('/', gzip)
    const made = await client.reply()
    expect([made.framing, gunzipSync(made.body).toString()]).toEqual(['close', 'ab'])
  })

  it('reports what onError itself has thrown', async () => {
    const fault = new Error('worse')
    const error = new Error('no')
    const failing = async function* () {
      yield 'a'
      throw error
    }
    const onError = () => {
      throw fault
    }
    await using server = await open({
      use: [compress()],
      routes: { '/': () => stream(failing, { headers, onError }) },
    })
    const client = new DecodingClient(server.at('/'), 'gzip')
    const { bytes, isEncodingWhole } = await client.over()
    expect([bytes.toString(), isEncodingWhole]).toEqual(['a', false])
    expect(server.reported).toEqual([error, fault])
  })
})
