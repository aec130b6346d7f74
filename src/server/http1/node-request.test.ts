import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { HttpError } from '../../reply/http-error.ts'
import { NodeRequest } from './node-request.ts'

const limits = { maxRequestBytes: 10, delivery: 'turn' } as const

// A request as node:http has parsed it, with the client that has sent it; both are gone after the test.
async function receive(...lines: string[]) {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  const take = (_: unknown, response: ServerResponse) => resolve(response)
  const server = createServer({ requireHostHeader: false }, take).on('checkContinue', take)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  client.send([...lines, '', ''].join('\r\n'))
  return { client, nodeResponse: await promise }
}

async function receiveRequest(...lines: string[]): Promise<NodeRequest> {
  const { nodeResponse } = await receive(...lines)
  return new NodeRequest(nodeResponse, limits)
}

async function statusOf(...lines: string[]): Promise<number> {
  try {
    await receiveRequest(...lines)
  } catch (error) {
    if (error instanceof HttpError) return error.status
    throw error
  }
  return 200
}

function readerOf(request: NodeRequest) {
  const body = request.body()
  if (!body) throw new Error('Cannot read the body: there is none')
  return body.getReader()
}

describe('NodeRequest, its target and its Host', () => {
  it('refuses an empty Host, as the very first of a process too', async () => {
    vi.resetModules()
    const fresh = await import('./node-request.ts')
    const { nodeResponse } = await receive('GET /admin/x HTTP/1.1', 'Host:')
    expect(() => new fresh.NodeRequest(nodeResponse, limits)).toThrow('Cannot use the Host of the request')
  })

  it.each([
    ['/', '/'],
    ['/a/b?c=d&e', '/a/b?c=d&e'],
    ['//evil/x', '//evil/x'],
    ['/a|b^?{c}\\d', '/a|b^?{c}\\d'],
  ])('takes %s with the Host', async (target, expected) => {
    const request = await receiveRequest(`GET ${target} HTTP/1.1`, 'Host: example.com:8080')
    expect([request.target, request.origin()]).toEqual([expected, 'http://example.com:8080'])
  })

  it.each([
    ['http://other:81/a?b', 'http://other:81', '/a?b'],
    ['HTTPS://Other/a', 'http://other', '/a'],
    ['http://other', 'http://other', '/'],
    ['http://other?x', 'http://other', '/?x'],
  ])('takes the whole URL %s and not the Host', async (url, origin, target) => {
    const request = await receiveRequest(`GET ${url} HTTP/1.1`, 'Host: ignored')
    expect([request.origin(), request.target]).toEqual([origin, target])
  })

  it.each([
    'GET ftp://x/y HTTP/1.1',
    'GET http:// HTTP/1.1',
    'GET http://a:99999/ HTTP/1.1',
    'GET * HTTP/1.1',
  ])('refuses %s with 400', async (line) => {
    expect(await statusOf(line, 'Host: test')).toBe(400)
  })

  it('takes OPTIONS * as it is', async () => {
    const request = await receiveRequest('OPTIONS * HTTP/1.1', 'Host: test')
    expect([request.method, request.target]).toEqual(['OPTIONS', '*'])
  })

  it.each([
    'example.com',
    'example.com:',
    'localhost:0',
    '127.0.0.1:80',
    '[::1]',
    '[2001:db8::1]:8080',
    'a_b.c',
  ])('takes the Host %s, and a URL can be made of it', async (host) => {
    const request = await receiveRequest('GET / HTTP/1.1', `Host: ${host}`)
    expect(new URL(`${request.origin()}/x`).pathname).toBe('/x')
  })

  const hosts = [
    '',
    'a b',
    'a/b',
    'me@a',
    'a:b',
    'a:99999',
    '%',
    'a%zz',
    '[::',
    '[::::]',
    '1.2.3.4.5',
    'a:1:2',
  ]
  it.each(hosts)('refuses the Host "%s" with 400', async (host) => {
    expect(await statusOf('GET / HTTP/1.1', `Host: ${host}`)).toBe(400)
    // Not because it was seen before.
    expect(await statusOf('GET / HTTP/1.1', `Host: ${host}`)).toBe(400)
  })

  it('refuses two Hosts with 400', async () => {
    expect(await statusOf('GET / HTTP/1.1', 'Host: a', 'Host: b')).toBe(400)
  })

  it('does without a Host for HTTP/1.0', async () => {
    expect((await receiveRequest('GET / HTTP/1.0')).origin()).toBe('http://localhost')
  })
})

describe('NodeRequest, its headers and its transport', () => {
  it('joins cookies by semicolons, and other fields that come twice by commas', async () => {
    const fields = ['Cookie: a=1', 'X-Two: 1', 'cookie: b=2', 'x-two: 2', 'X-Empty:']
    const request = await receiveRequest('GET / HTTP/1.1', 'Host: test', ...fields)
    expect(Object.fromEntries(request.headers())).toEqual({
      cookie: 'a=1; b=2',
      host: 'test',
      'x-empty': '',
      'x-two': '1, 2',
    })
  })

  it('keeps the bytes of a value that are not ASCII', async () => {
    const { headers } = {
      headers: (await receiveRequest('GET / HTTP/1.1', 'Host: t', 'X: Gl\u00fcck')).headers(),
    }
    expect(headers.get('x')).toBe('Gl\u00fcck')
  })

  it.each([
    ['1.1', 'HTTP/1.1'],
    ['1.0', 'HTTP/1.0'],
  ])('tells of the transport of HTTP/%s', async (version, protocol) => {
    const { transport } = await receiveRequest(`GET / HTTP/${version}`, 'Host: test')
    expect(transport).toMatchObject({ protocol, secure: false, asynchronous: true, delivery: 'turn' })
    expect([transport.remoteAddress, typeof transport.remotePort]).toEqual(['127.0.0.1', 'number'])
  })
})

describe('NodeRequest, its body', () => {
  it.each([
    ['GET', 'Content-Length: 3'],
    ['HEAD', 'Content-Length: 3'],
    ['POST', 'Content-Length: 0'],
    ['POST', 'X-Nothing: said'],
  ])('of %s with %s is none', async (method, field) => {
    expect((await receiveRequest(`${method} / HTTP/1.1`, 'Host: test', field)).body()).toBeNull()
  })

  it('comes piece by piece, as it is asked for', async () => {
    const { client, nodeResponse } = await receive('POST / HTTP/1.1', 'Host: t', 'Transfer-Encoding: chunked')
    const reader = readerOf(new NodeRequest(nodeResponse, limits))
    for (const piece of ['one', 'two']) {
      client.send(`3\r\n${piece}\r\n`)
      const { value } = await reader.read()
      expect(String(Buffer.from(value ?? []))).toBe(piece)
    }
    client.send('0\r\n\r\n')
    expect((await reader.read()).done).toBe(true)
  })

  it.each([
    [10, 200],
    [11, 413],
  ])('G13: of %i bytes, announced, is %i', async (length, status) => {
    expect(await statusOf('POST / HTTP/1.1', 'Host: test', `Content-Length: ${length}`)).toBe(status)
  })

  it('G13: that turns out too long is refused with 413 at the byte too many', async () => {
    const { client, nodeResponse } = await receive('POST / HTTP/1.1', 'Host: t', 'Transfer-Encoding: chunked')
    const reader = readerOf(new NodeRequest(nodeResponse, limits))
    client.send('a\r\n0123456789\r\n')
    expect((await reader.read()).value).toHaveLength(10)
    client.send('1\r\n!\r\n')
    await expect(reader.read()).rejects.toMatchObject({ status: 413 })
  })

  it('G10: fails with ClientGone when the client leaves in the middle', async () => {
    const { client, nodeResponse } = await receive('POST / HTTP/1.1', 'Host: test', 'Content-Length: 9')
    const reader = readerOf(new NodeRequest(nodeResponse, limits))
    client.send('half')
    await reader.read()
    const rest = reader.read()
    client.leave()
    await expect(rest).rejects.toMatchObject({ code: 'CLIENT_GONE', cause: expect.any(Error) })
  })

  it('that is given up in the middle leaves the connection to the reply', async () => {
    const { client, nodeResponse } = await receive('POST / HTTP/1.1', 'Host: test', 'Content-Length: 9')
    const reader = readerOf(new NodeRequest(nodeResponse, limits))
    client.send('half')
    await reader.read()
    await reader.cancel()
    nodeResponse.end('answer')
    expect((await client.reply()).text).toBe('answer')
  })
})

describe('NodeRequest, Expect: 100-continue', () => {
  const expecting = ['POST / HTTP/1.1', 'Host: test', 'Content-Length: 4', 'Expect: 100-continue']

  it('is answered once, at the first read', async () => {
    const { client, nodeResponse } = await receive(...expecting)
    const told = vi.spyOn(nodeResponse, 'writeContinue')
    const reader = readerOf(new NodeRequest(nodeResponse, limits))
    expect(told).not.toHaveBeenCalled()
    const pieces = [reader.read(), reader.read(), reader.read()]
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('ab')
    await pieces[0]
    client.send('cd')
    expect((await Promise.all(pieces)).map(({ done }) => done)).toEqual([false, false, true])
    expect(told).toHaveBeenCalledOnce()
  })

  it.each([
    ['keeps', [], true],
    ['closes', ['Connection: close'], false],
  ])('%s the connection as the client wants it, when the body is read', async (_, fields, isKept) => {
    const { client, nodeResponse } = await receive(...expecting, ...fields)
    const request = new NodeRequest(nodeResponse, limits)
    expect(nodeResponse.shouldKeepAlive).toBe(false)
    const piece = readerOf(request).read()
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('body')
    await piece
    expect(nodeResponse.shouldKeepAlive).toBe(isKept)
  })

  it('is not answered to HTTP/1.0', async () => {
    const { client, nodeResponse } = await receive('POST / HTTP/1.0', ...expecting.slice(1))
    client.send('body')
    expect((await readerOf(new NodeRequest(nodeResponse, limits)).read()).value).toHaveLength(4)
    nodeResponse.end()
    expect((await client.toEnd()).text).toMatch(/^HTTP\/1.1 200 OK/)
  })
})
