import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { testCertificate } from '../../../test/support/connect-client.ts'
import { carriers } from './carriers.ts'
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

// The same, encrypted, and what is below the near one.
async function openEncrypted() {
  const { near: carrier, far: below } = await open()
  const taken = Promise.withResolvers<TLSSocket>()
  const server = createTlsServer(testCertificate, taken.resolve)
  server.emit('connection', carrier)
  const far = connectTls({ socket: below, rejectUnauthorized: false })
  far.on('error', () => {})
  const near = await taken.promise
  carriers.set(near, carrier)
  onTestFinished(() => {
    far.destroy()
    near.destroy()
  })
  return { near, far, carrier }
}

it('resetSocket resets a connection that nobody has ended', async () => {
  const { near, far } = await open()
  const failed = once(far, 'error')
  far.resume()
  resetSocket(near)
  const [error] = await failed
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})

it('resetSocket resets what is below TLS', async () => {
  const { near, far } = await openEncrypted()
  const [read, failed, closed] = [once(far, 'data'), once(far, 'error'), once(near, 'close')]
  near.write('whole')
  await read
  resetSocket(near)
  expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
  await closed
})

it('resetSocket lets go of what is below TLS while that holds bytes', async () => {
  const { near, far, carrier } = await openEncrypted()
  far.pause()
  near.write(Buffer.alloc(16 * 1024 * 1024))
  expect(near.writableLength).toBeGreaterThan(0)
  const closed = Promise.all([once(near, 'close'), once(carrier, 'close')])
  resetSocket(near)
  await closed
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
