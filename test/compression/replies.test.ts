import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { type Block, flush, Reply, reply, stream } from 'millrace'
import type { Middleware } from 'millrace/gateway'
import { compress } from 'millrace/middleware'
import { mapBlocks } from 'millrace/reply'
import { eachDelivery } from '../support/each-delivery.ts'
import { DecodingClient } from './decoding-client.ts'

const gzip = 'Accept-Encoding: gzip'
const headers = { 'content-type': 'text/html' }

type Change = (head: Headers) => void

/** The body of a reply in gzip; some clients have decoded it already. */
async function readText(response: Response): Promise<string> {
  const bytes = Buffer.from(await response.arrayBuffer())
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()
}

/** Reads the blocks of what the handler answers, and sends them as they are. */
const mapping: Middleware = (handler) => async (context) => {
  const made = await handler(context)
  return made instanceof Response ? mapBlocks(made, (block) => block) : made
}

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

  it('a text that is kept and sent again is whole for every client', async () => {
    const [short, long] = [reply('short'), reply('long'.repeat(1000))]
    await using server = await open({
      use: [compress()],
      routes: { '/short': () => short, '/long': () => long },
    })
    for (const encoding of ['identity', 'gzip', 'identity', 'gzip', 'identity']) {
      for (const [path, text] of [
        ['/short', 'short'],
        ['/long', 'long'.repeat(1000)],
      ] as const) {
        const response = await server.fetch(path, { headers: { 'accept-encoding': encoding } })
        const isEncoded = encoding === 'gzip' && path === '/long'
        expect(response.headers.get('content-encoding')).toBe(isEncoded ? 'gzip' : null)
        expect(response.headers.get('vary')).toBe('Accept-Encoding')
        expect(isEncoded || (await response.text()) === text).toBe(true)
      }
    }
    expect(server.reported).toEqual([])
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

  it('a stream without a type keeps every cookie, and nothing that was true of other bytes', async () => {
    const fields = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['content-digest', 'sha-256=:abc=:'],
      ['accept-ranges', 'bytes'],
      ['etag', '"x"'],
      ['vary', 'Cookie'],
    ])
    await using server = await open({
      use: [compress()],
      routes: { '/': () => stream(['ä', 'b'], { headers: fields }) },
    })
    const response = await server.fetch('/', { headers: { 'accept-encoding': 'gzip' } })
    expect(await readText(response)).toBe('äb')
    const head = ['content-encoding', 'content-digest', 'accept-ranges', 'etag', 'vary']
    expect(head.map((name) => response.headers.get(name))).toEqual([
      'gzip',
      null,
      null,
      'W/"x"',
      'Cookie, Accept-Encoding',
    ])
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  it.each([
    ['compress()', [compress()]],
    ['mapBlocks() around compress()', [mapping, compress()]],
  ])('%s: the head tells what the first block decides', async (_, use) => {
    await using server = await open({
      use,
      routes: {
        '/text': () => stream(['ä', 'b']),
        '/empty': () => stream([], { headers }),
        '/wrapped': () => stream(['ä', 'b']),
      },
    })
    const client = server.client()
    client.get('/text', gzip)
    const text = await client.reply()
    expect(gunzipSync(text.body).toString()).toBe('äb')
    expect([text.headers.get('content-encoding'), text.headers.get('content-type')]).toEqual([
      'gzip',
      'text/plain;charset=UTF-8',
    ])
    client.get('/empty', gzip)
    const empty = await client.reply()
    expect([empty.headers.has('content-encoding'), empty.body.length]).toEqual([false, 0])
  })

  it("a stream without a type stays as it is where its head is nobody's to change", async () => {
    const wrapping: Middleware = (handler) => async (context) => {
      const made = await handler(context)
      return made instanceof Reply ? stream(made.blocks, { headers: new Headers(made.headers) }) : made
    }
    await using server = await open({
      use: [wrapping, compress()],
      routes: { '/text': () => stream(['ä', 'b']), '/empty': () => stream([], { headers }) },
    })
    const client = server.client()
    client.get('/text', gzip)
    const text = await client.reply()
    expect([text.text, text.headers.get('content-encoding')]).toEqual(['äb', undefined])
    client.get('/empty', gzip)
    const empty = await client.reply()
    expect([empty.headers.get('content-encoding'), gunzipSync(empty.body).length]).toEqual(['gzip', 0])
  })

  describe.each([
    ['compress()', [compress()]],
    ['mapBlocks()', [mapping]],
    ['mapBlocks() around compress()', [mapping, compress()]],
  ])('%s', (_, use) => {
    it.each([
      ['with', headers],
      ['without', {}],
    ])(
      'G3: a source may change the head %s a type until its first block, and not after',
      async (__, given) => {
        let late: unknown
        const change = () => {
          const body = function* () {
            made.headers.set('x-total', '5')
            made.headers.set('etag', '"x"')
            made.headers.append('set-cookie', 'a=1')
            made.headers.append('set-cookie', 'b=2')
            made.setStatus(201)
            yield 'one'
            try {
              made.headers.set('x-total', '6')
            } catch (error) {
              late = error
            }
          }
          const made = stream(body, { headers: given, delivery: 'block' })
          return made
        }
        await using server = await open({ use, routes: { '/': change } })
        const response = await server.fetch('/', { headers: { 'accept-encoding': 'gzip' } })
        const { status, headers: head } = response
        expect([status, head.get('x-total'), head.get('etag')]).toEqual([201, '5', 'W/"x"'])
        expect(head.getSetCookie()).toEqual(['a=1', 'b=2'])
        expect(await readText(response)).toBe('one')
        expect(late).toMatchObject({ code: 'G3' })
      },
    )
  })

  it('a source that says meanwhile how it is encoded is sent as it is', async () => {
    const change = () => {
      const body = function* () {
        made.headers.set('content-encoding', 'x-own')
        yield 'one'
      }
      const made = stream(body, { headers })
      return made
    }
    await using server = await open({ use: [compress()], routes: { '/': change } })
    const client = server.client()
    client.get('/', gzip)
    const { text, headers: head } = await client.reply()
    expect([text, head.get('content-encoding')]).toEqual(['one', 'x-own'])
  })

  describe.each<[string, readonly Block[]]>([
    ['before its first block', []],
    ['before it flushes', [flush]],
  ])('what a source says %s', (_, first) => {
    const packed = gzipSync('one')
    it.each<[string, Change, Uint8Array | string, string | undefined]>([
      ['that it is in gzip', (head) => head.set('content-encoding', 'gzip'), packed, 'gzip'],
      ['that it is in gzip, appended', (head) => head.append('content-encoding', 'gzip'), packed, 'gzip'],
      ['that it is in br', (head) => head.set('content-encoding', 'br'), brotliCompressSync('one'), 'br'],
      ['that nobody may encode it', (head) => head.set('cache-control', 'no-transform'), 'one', undefined],
      ['that it has no encoding', (head) => head.delete('content-encoding'), 'one', undefined],
    ])('is sent as it is: %s', async (__, change, block, encoding) => {
      const handler = () => {
        const body = function* () {
          change(made.headers)
          yield* first
          yield block
        }
        const made = stream(body, { headers })
        return made
      }
      await using server = await open({ use: [compress()], routes: { '/': handler } })
      const client = server.client()
      client.get('/', gzip)
      const { body, headers: head } = await client.reply()
      expect([body, head.get('content-encoding')]).toEqual([Buffer.from(block), encoding])
    })
  })

  it('a stream without a type is sent as it is where its source says that nobody may encode it', async () => {
    const handler = () => {
      const body = function* () {
        made.headers.set('cache-control', 'no-transform')
        yield 'one'
      }
      const made = stream(body)
      return made
    }
    await using server = await open({ use: [compress()], routes: { '/': handler } })
    const client = server.client()
    client.get('/', gzip)
    const { text, headers: head } = await client.reply()
    expect([text, head.get('content-encoding')]).toEqual(['one', undefined])
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
