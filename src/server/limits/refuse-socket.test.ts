import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { refuseSocket } from './refuse-socket.ts'

async function connect(): Promise<{ client: RawClient; socket: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const accepted = once(server, 'connection')
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  const [socket]: Socket[] = await accepted
  onTestFinished(() => {
    client.leave()
    server.close()
  })
  if (!socket) throw new Error('Cannot connect')
  return { client, socket }
}

it('refuseSocket answers, and ends the connection', async () => {
  const { client, socket } = await connect()
  const closed = once(socket, 'close')
  refuseSocket(socket, 408, 'Cannot wait')
  const reply = await client.reply()
  expect(reply).toMatchObject({ status: 408, text: '408 Request Timeout: Cannot wait\n', isComplete: true })
  expect(reply.headers.get('connection')).toBe('close')
  expect((await client.toEnd()).how).toBe('end')
  await closed
})

it('refuseSocket says nothing where it cannot be heard', async () => {
  const { client, socket } = await connect()
  socket.end('bye')
  const closed = once(socket, 'close')
  refuseSocket(socket, 408, 'Cannot wait')
  await closed
  expect((await client.toEnd()).text).toBe('bye')
})
