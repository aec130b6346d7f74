import { once } from 'node:events'
import { expect, it } from 'vitest'
import { receiveRequest } from '../../test/support/receive-request.ts'
import { endResponse } from './end-response.ts'

it('endResponse calls back when the last bytes have left', async () => {
  const { client, nodeResponse } = await receiveRequest()
  const { promise, resolve } = Promise.withResolvers<void>()
  endResponse(nodeResponse, Buffer.from('whole'), resolve)
  await client.until('whole')
  await promise
})

it('G10: endResponse never calls back when the client leaves first', async () => {
  const { client, nodeResponse } = await receiveRequest()
  const { socket } = nodeResponse.req
  let ended = 0
  endResponse(nodeResponse, Buffer.alloc(50_000_000), () => ended++)
  expect(socket.writableLength).toBeGreaterThan(0)
  client.leave()
  await once(socket, 'close')
  // Whatever node:http calls back, it does so before the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  expect(ended).toBe(0)
})
