import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { ConnectionLimit } from './connection-limit.ts'

/** A server that takes two connections; what it was given, and clients of it. */
async function setUp(refuse?: (socket: Socket) => void) {
  const taken: Socket[] = []
  const server = createServer((socket) => {
    if (socket.writable) taken.push(socket)
  })
  new ConnectionLimit(2).watch(server, refuse)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const clients: RawClient[] = []
  onTestFinished(() => {
    for (const client of clients) client.leave()
    server.close()
  })
  const connect = async () => {
    const accepted = once(server, 'connection')
    const client = new RawClient(port)
    clients.push(client)
    await accepted
    return client
  }
  return { taken, connect }
}

describe('ConnectionLimit', () => {
  it('G13: tells a connection that is too many 503 at once, and takes others when one has ended', async () => {
    const { taken, connect } = await setUp()
    const [one] = [await connect(), await connect()]
    const refused = await connect()
    expect(await refused.reply()).toMatchObject({ status: 503, isComplete: true })
    expect((await refused.toEnd()).how).toBe('end')
    expect(taken.length).toBe(2)
    const [first] = taken
    const closed = first && once(first, 'close')
    one.leave()
    first?.end()
    await closed
    await connect()
    expect(taken.length).toBe(3)
    expect((await (await connect()).reply()).status).toBe(503)
  })

  it('leaves it to the server how it refuses', async () => {
    const { taken, connect } = await setUp((socket) => socket.resetAndDestroy())
    await connect()
    await connect()
    expect((await (await connect()).toEnd()).how).toBe('reset')
    expect(taken.length).toBe(2)
  })
})
