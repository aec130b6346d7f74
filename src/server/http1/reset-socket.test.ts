import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { resetSocket } from './reset-socket.ts'

// Both ends of a connection; the client keeps its side open.
async function open(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const connected: Promise<Socket[]> = once(server, 'connection')
  const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [near] = await connected
  if (!near) throw new Error('Cannot test: nobody has connected')
  onTestFinished(() => {
    far.destroy()
    near.destroy()
    server.close()
  })
  return { near, far }
}

it('resetSocket resets a connection that nobody has ended', async () => {
  const { near, far } = await open()
  const failed = once(far, 'error')
  far.resume()
  resetSocket(near)
  const [error] = await failed
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

it('resetSocket destroys one that has begun to end, and its handle is let go of', async () => {
  const { near, far } = await open()
  far.pause()
  // More than the kernel takes, so that the end cannot leave.
  near.end(Buffer.alloc(16 * 1024 * 1024))
  const closed = once(near, 'close')
  resetSocket(near)
  await closed
  expect(near.destroyed).toBe(true)
})
