import { once } from 'node:events'
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { testCertificate } from './connect-client.ts'
import { decodeFields } from './decode-fields.ts'
import { encodeFields } from './encode-fields.ts'
import { fetchOverHttp2 } from './fetch-over-http2.ts'
import { frameTypes } from './http2-frame.ts'
import { Http2Client, STREAM_WINDOW } from './http2-client.ts'
import type { Protocol } from './test-client.ts'

type Answer = (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void

const opened: { client: Http2Client; server: Http2Server }[] = []

afterEach(async () => {
  for (const { client, server } of opened.splice(0)) {
    client.leave()
    await new Promise((resolve) => server.close(resolve))
  }
})

// A server of node:http2: whatever the client sees of it, nghttp2 has written.
async function open(answer: Answer, protocol: Protocol = 'h2c'): Promise<Http2Client> {
  const server = protocol === 'h2c' ? createServer() : createSecureServer(testCertificate)
  server.on('stream', (stream: ServerHttp2Stream, headers: Record<string, unknown>) => {
    stream.on('error', () => {})
    answer(stream, headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new Http2Client(typeof address === 'object' && address ? address.port : 0, protocol)
  opened.push({ client, server })
  return client
}

async function readBody(stream: ServerHttp2Stream): Promise<string> {
  let text = ''
  for await (const piece of stream.setEncoding('utf8')) text += piece
  return text
}

describe.each<Protocol>(['h2c', 'HTTP/2, TLS'])('Http2Client, %s', (protocol) => {
  it('gives status, fields, body and trailers as they were sent', async () => {
    const client = await open((stream) => {
      stream.respond(
        { ':status': 201, 'x-own': 'yes', 'set-cookie': ['a=1', 'b=2'] },
        { waitForTrailers: true },
      )
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-count': '2' }))
      stream.end('Grüße')
    }, protocol)
    client.get('/')
    const reply = await client.reply()
    expect(reply).toMatchObject({
      statusLine: 'HTTP/2 201',
      status: 201,
      framing: 'stream',
      isComplete: true,
    })
    expect(reply.text).toBe('Grüße')
    expect([reply.headers.get('x-own'), reply.headers.get('set-cookie')]).toEqual(['yes', 'a=1, b=2'])
    expect(Object.fromEntries(reply.trailers)).toEqual({ 'x-count': '2' })
  })

  it('sends what a request of HTTP/1 stands for', async () => {
    const client = await open(async (stream, headers) => {
      const { ':method': method, ':path': path, ':scheme': scheme, ':authority': authority } = headers
      const rest = [
        headers['connection'],
        headers['transfer-encoding'],
        headers['te'],
        await readBody(stream),
      ]
      stream.respond()
      stream.end(JSON.stringify([method, path, scheme, authority, ...rest]))
    }, protocol)
    const scheme = protocol === 'h2c' ? 'http' : 'https'
    client.get('/a?b', 'Connection: close', 'TE: trailers')
    expect(JSON.parse((await client.reply()).text)).toEqual([
      'GET',
      '/a?b',
      scheme,
      'test',
      null,
      null,
      'trailers',
      '',
    ])
    client.send('POST / HTTP/1.1\r\nHost: own\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc')
    client.send('\r\n1\r\nd\r\n0\r\n\r\n')
    expect(JSON.parse((await client.reply()).text).slice(3)).toEqual(['own', null, null, null, 'abcd'])
    const long = 'x'.repeat(300_000)
    client.send(`POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n${long}`)
    expect(JSON.parse((await client.reply()).text).at(-1)).toBe(long)
  })

  it('takes each frame for itself', async () => {
    let stream: ServerHttp2Stream | undefined
    const arrived = Promise.withResolvers<void>()
    const client = await open((made) => {
      stream = made
      made.respond()
      arrived.resolve()
    }, protocol)
    client.get('/')
    expect(await client.until('\r\n\r\n')).toMatch(/^HTTP\/2 200\r\n/)
    await arrived.promise
    for (const block of ['one', 'zwölf', '🎡', 'x'.repeat(100_000)]) {
      stream?.write(block)
      await client.untilChunk(block)
    }
    stream?.end()
    expect(await client.untilEnd()).toBe('')
    expect(client.received).toBe('')
  })

  it('does not take a part of a frame, nor two frames, for one', async () => {
    const client = await open((stream) => {
      stream.respond()
      stream.write('one')
      setImmediate(() => stream.end('two'))
    }, protocol)
    for (const text of ['on', 'onetwo', 'wo']) {
      client.get('/')
      await expect(client.untilChunk(text)).rejects.toThrow('ended before a frame with')
      expect((await client.reply()).text).toBe('onetwo')
    }
  })

  it('tells a reset from an end, with its code', async () => {
    const client = await open((stream) => {
      stream.respond()
      stream.write('half')
      setImmediate(() => stream.destroy(new Error('expected')))
    }, protocol)
    client.get('/')
    await client.untilChunk('half')
    expect(await client.untilCut()).toBe('')
    client.get('/')
    expect(await client.reply()).toMatchObject({ text: 'half', isComplete: false, resetCode: 2 })
    client.get('/')
    await expect(client.untilEnd()).rejects.toThrow('The stream was reset (2) before its end')
  })

  it('takes replies in the order of the requests, however they come', async () => {
    const streams = new Map<unknown, ServerHttp2Stream>()
    const client = await open((stream, headers) => {
      streams.set(headers[':path'], stream)
      stream.respond()
      if (streams.size < 2) return
      streams.get('/b')?.end('second')
      streams.get('/a')?.end('first')
    }, protocol)
    client.get('/a')
    client.get('/b')
    expect((await client.reply()).text).toBe('first')
    expect((await client.reply()).text).toBe('second')
  })

  it('has a window of its own size, which stays shut while it does not read', async () => {
    const sent = Promise.withResolvers<void>()
    const client = await open((stream) => {
      stream.respond()
      stream.end(Buffer.alloc(3 * STREAM_WINDOW), () => sent.resolve())
    }, protocol)
    client.get('/')
    await client.until('\r\n\r\n')
    client.pause()
    client.resume()
    const { body, isComplete } = await client.reply()
    expect([body.length, isComplete]).toEqual([3 * STREAM_WINDOW, true])
    await sent.promise
  })

  it('can give one reply up', async () => {
    const closed = Promise.withResolvers<number | undefined>()
    const client = await open((stream) => {
      stream.respond()
      stream.write('one')
      stream.on('close', () => closed.resolve(stream.rstCode))
    }, protocol)
    client.get('/')
    await client.untilChunk('one')
    client.cancel()
    expect(await closed.promise).toBe(8)
  })

  it('gives heads before the last', async () => {
    const client = await open((stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>; rel=preload' })
      stream.respond()
      stream.end()
    }, protocol)
    client.get('/')
    expect(await client.until('\r\n\r\n')).toBe('HTTP/2 103\r\nlink: </a>; rel=preload\r\n\r\n')
    expect(await client.reply()).toMatchObject({ status: 200, interim: [103], isComplete: true })
  })

  it('tells of the end of the connection', async () => {
    const client = await open((stream) => {
      stream.respond()
      stream.end()
      stream.session?.close()
    }, protocol)
    client.get('/')
    await client.reply()
    expect((await client.toEnd()).how).toBe('end')
    expect(client.goAway).toMatchObject({ code: 0 })
    expect(client.frames.map(({ type }) => type)).toContain(frameTypes.goAway)
  })

  it('stands behind fetch', async () => {
    const client = await open(async (stream, headers) => {
      const text = await readBody(stream)
      stream.respond({ 'x-type': String(headers['content-type']) })
      stream.end(text)
    }, protocol)
    const form = new URLSearchParams({ name: 'Zoë' })
    const response = await fetchOverHttp2(() => client, 'http://x/', { method: 'POST', body: form })
    expect(await response.text()).toBe('name=Zo%C3%AB')
    expect(response.headers.get('x-type')).toContain('x-www-form-urlencoded')
  })
})

it('decodeFields reads what nghttp2 has written, byte for byte', async () => {
  const values = Array.from({ length: 200 }, (_, index) => {
    const codes = Array.from({ length: 40 }, (_, at) => 0x21 + ((index * 37 + at * 11) % 0x5e))
    return String.fromCharCode(...codes)
  })
  const high = Buffer.from(Array.from({ length: 128 }, (_, index) => 128 + index)).toString('latin1')
  const fields = Object.fromEntries([...values, high].map((value, index) => [`x-${index}`, value]))
  const client = await open((stream) => {
    stream.respond(fields)
    stream.end()
  })
  client.get('/')
  const { headers } = await client.reply()
  for (const [name, value] of Object.entries(fields)) expect(headers.get(name)).toBe(value)
})

it('decodeFields reads what encodeFields has written, and refuses half of it', () => {
  const fields = [
    ['x-long', 'v'.repeat(70_000)],
    ['x-none', ''],
  ] as const
  const block = encodeFields(fields)
  expect(decodeFields(block)).toEqual(fields)
  expect(() => decodeFields(block.subarray(0, 100))).toThrow('ends in a text')
  expect(() => decodeFields(Buffer.of(0xbe))).toThrow('no field 62')
})
