import { createSecureServer, createServer } from 'node:http2'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testCertificate } from '../../test/support/connect-client.ts'
import { openByteServer } from '../../test/support/open-byte-server.ts'
import { RecordReply } from '../../test/support/record-reply.ts'
import type { ClientProtocol, Connection, ConnectOptions } from './connection.ts'
import { openConnection } from './open-connection.ts'

async function getAll(connection: Connection): Promise<RecordReply> {
  const reply = new RecordReply()
  connection.send({ method: 'GET', target: '/', authority: 'test' }, reply)
  await reply.whenEnded()
  return reply
}

/** Servers of Node that speak HTTP/2 and, over TLS, HTTP/1.1 too. */
async function openServer(scheme: 'http' | 'https'): Promise<URL> {
  const answer = (request: { httpVersion: string }, response: { end(text: string): unknown }): unknown =>
    response.end(request.httpVersion)
  const server =
    scheme === 'https'
      ? createSecureServer({ ...testCertificate, allowHTTP1: true }, answer)
      : createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return new URL(`${scheme}://127.0.0.1:${typeof address === 'object' && address?.port}/`)
}

describe('openConnection', () => {
  const cases: [
    scheme: 'http' | 'https',
    protocol: ClientProtocol | undefined,
    spoken: ClientProtocol,
    version: string,
  ][] = [
    ['http', 'HTTP/2', 'HTTP/2', '2.0'],
    ['https', undefined, 'HTTP/2', '2.0'],
    ['https', 'HTTP/2', 'HTTP/2', '2.0'],
    ['https', 'HTTP/1.1', 'HTTP/1.1', '1.1'],
    ['https', 'HTTP/1.0', 'HTTP/1.0', '1.0'],
  ]
  it.each(cases)('asks a server of %s with the protocol %s', async (scheme, protocol, spoken, version) => {
    const url = await openServer(scheme)
    await using connection = await openConnection(url, { protocol, ca: testCertificate.cert })
    expect([connection.protocol, connection.isSecure]).toEqual([spoken, scheme === 'https'])
    const reply = await getAll(connection)
    expect(reply.text).toBe(version)
    expect(reply.ending).toMatchObject({ kind: 'complete' })
  })

  it('speaks HTTP/1.1 to http: unless told otherwise', async () => {
    const { url, next } = await openByteServer()
    await using connection = await openConnection(url)
    expect(connection.protocol).toBe('HTTP/1.1')
    const all = getAll(connection)
    const server = await next()
    await server.request()
    server.send('HTTP/1.1 204 \r\n\r\n')
    expect((await all).events).toEqual(['head 204', 'end complete true'])
  })

  it.each([
    ['http://no-such-host.invalid/', 'name'],
    ['http://127.0.0.1:1/', 'refused'],
    ['https://[::1]:1/', /refused|unreachable/],
  ])('says why %s cannot be asked', async (url, fault) => {
    const error = await openConnection(new URL(url)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ConnectError', fault: expect.stringMatching(fault) })
  })

  it('takes http: and https: alone', async () => {
    const asked = openConnection(new URL('ftp://me:secret@a.test/'))
    await expect(asked).rejects.toThrow(RangeError)
    await expect(asked).rejects.toThrow('Cannot connect to ftp://…@a.test/: only http: and https: are known')
  })

  const silent: [what: string, tls: ConnectOptions & { scheme: string }][] = [
    ['TLS', { scheme: 'https:' }],
    ['HTTP/2', { scheme: 'http:', protocol: 'HTTP/2' }],
  ]
  it.each(silent)('gives up a server that does not answer for %s', async (_what, { scheme, ...options }) => {
    const { url, next } = await openByteServer()
    const opening = openConnection(new URL(`${scheme}//${url.host}`), { ...options, timeout: 50 })
    const message = `Cannot connect to ${url.host}: no answer within 50 ms`
    await expect(opening).rejects.toMatchObject({ fault: 'timeout', message })
    await (await next()).whenLeft()
  })

  it('gives up when its signal aborts, before or in the middle', async () => {
    const { url, next } = await openByteServer()
    const reason = new Error('enough')
    const before = openConnection(url, { signal: AbortSignal.abort(reason) })
    await expect(before).rejects.toMatchObject({ fault: 'aborted', cause: reason })
    const controller = new AbortController()
    const opening = openConnection(url, { protocol: 'HTTP/2', signal: controller.signal })
    const failed = opening.catch((error: unknown) => error)
    const server = await next()
    await server.until('SM')
    controller.abort(reason)
    expect(await failed).toMatchObject({ fault: 'aborted', cause: reason })
    await server.whenLeft()
  })
})
