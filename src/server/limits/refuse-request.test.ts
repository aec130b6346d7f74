import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { ClientGone, ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import { Connection } from '../http1/connection.ts'
import { HttpWire } from '../http1/http-wire.ts'
import type { RefusedRequest } from '../moments/tell-refused.ts'
import { refuseRequest } from './refuse-request.ts'

/** A request that has come, on a connection that counts its replies. */
async function receive(method: string, path = '/', ...fields: string[]) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  onTestFinished(() => {
    client.leave()
    server.close()
    server.closeAllConnections()
  })
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  server.on('request', (_: IncomingMessage, response: ServerResponse) => resolve(response))
  client.request(method, path, ...fields)
  const response = await promise
  const connection = new Connection(response.req.socket)
  return { client, connection, wire: new HttpWire(response, undefined, connection) }
}

describe('refuseRequest', () => {
  it('answers with the status and its fields, and ends the connection', async () => {
    const { client, connection, wire } = await receive('GET', '/a?b', 'X-A: b')
    const refused = vi.fn<(request: RefusedRequest) => void>()
    refuseRequest(wire, { status: 429, fields: ['retry-after', '1'], refused })
    expect(refused).not.toHaveBeenCalled()
    expect(connection.isBusy).toBe(true)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status: 429, text: '429 Too Many Requests\n', isComplete: true })
    expect([reply.headers.get('retry-after'), reply.headers.get('connection')]).toEqual(['1', 'close'])
    expect((await client.toEnd()).how).toBe('end')
    expect(connection.isBusy).toBe(false)
    expect(refused.mock.calls).toEqual([
      [
        {
          method: 'GET',
          target: '/a?b',
          version: '1.1',
          remoteAddress: '127.0.0.1',
          fields: ['Host', 'test', 'X-A', 'b'],
          status: 429,
          bytes: 22,
          ending: 'complete',
        },
      ],
    ])
  })

  it('G13: tells who cannot be read what is wrong in place of that, and nothing behind it is read', async () => {
    const { client, connection, wire } = await receive('GET', '/', 'Transfer-Encoding: gzip, chunked')
    const refused = vi.fn<(request: RefusedRequest) => void>()
    refuseRequest(wire, { status: 429, fields: ['retry-after', '1'], refused })
    expect(connection.isRefusing).toBe(true)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status: 400, text: '400 Bad Request\n', isComplete: true })
    expect([reply.headers.has('retry-after'), reply.headers.get('connection')]).toEqual([false, 'close'])
    await client.toEnd()
    expect(refused.mock.calls).toMatchObject([[{ status: 400, bytes: 16, ending: 'complete' }]])
  })

  it('G7: answers HEAD without a body', async () => {
    const { client, wire } = await receive('HEAD')
    const refused = vi.fn<(request: RefusedRequest) => void>()
    refuseRequest(wire, { status: 429, refused })
    expect(await client.reply('HEAD')).toMatchObject({ status: 429, text: '' })
    expect(refused.mock.calls).toMatchObject([[{ method: 'HEAD', bytes: 0 }]])
  })

  it('lets go of its request when the client has left', async () => {
    const { client, connection, wire } = await receive('GET')
    const closed = Promise.withResolvers<void>()
    const close = wire.close.bind(wire)
    wire.close = (live) => {
      close(live)
      closed.resolve()
    }
    client.leave()
    const refused = vi.fn<(request: RefusedRequest) => void>()
    refuseRequest(wire, { status: 429, refused })
    await closed.promise
    expect(connection.isBusy).toBe(false)
    expect(refused).toHaveBeenCalledTimes(1)
  })

  it.each([
    [new ClientGone(), 'client-gone'],
    [new TooSlow(), 'too-slow'],
    [new ShuttingDown('over'), 'shutdown'],
  ])('tells of %s once, where the answer has not left', async (reason, ending) => {
    const { client, connection, wire } = await receive('GET', '/')
    vi.spyOn(wire, 'end').mockReturnValue()
    const refused = vi.fn<(request: RefusedRequest) => void>()
    refuseRequest(wire, { status: 429, refused })
    connection.abort(reason)
    client.leave()
    expect(refused.mock.calls).toMatchObject([[{ status: 429, remoteAddress: '127.0.0.1', ending }]])
  })
})
