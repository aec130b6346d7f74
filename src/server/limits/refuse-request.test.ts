import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { Connection } from '../http1/connection.ts'
import { HttpWire } from '../http1/http-wire.ts'
import { refuseRequest } from './refuse-request.ts'

/** A request that has come, on a connection that counts its replies. */
async function receive(method: string) {
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
  client.request(method, '/')
  const response = await promise
  const connection = new Connection(response.req.socket)
  return { client, connection, wire: new HttpWire(response, undefined, connection) }
}

describe('refuseRequest', () => {
  it('answers with the status and its fields, and ends the connection', async () => {
    const { client, connection, wire } = await receive('GET')
    refuseRequest(wire, 429, ['retry-after', '1'])
    expect(connection.isBusy).toBe(true)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status: 429, text: '429 Too Many Requests\n', isComplete: true })
    expect([reply.headers.get('retry-after'), reply.headers.get('connection')]).toEqual(['1', 'close'])
    expect((await client.toEnd()).how).toBe('end')
    expect(connection.isBusy).toBe(false)
  })

  it('G7: answers HEAD without a body', async () => {
    const { client, wire } = await receive('HEAD')
    refuseRequest(wire, 429)
    expect(await client.reply('HEAD')).toMatchObject({ status: 429, text: '' })
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
    refuseRequest(wire, 429)
    await closed.promise
    expect(connection.isBusy).toBe(false)
  })
})
