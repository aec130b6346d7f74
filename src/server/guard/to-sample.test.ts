import { once } from 'node:events'
import { connect as connectHttp2, performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import { connect as connectSocket, createServer, Socket } from 'node:net'
import { connect as connectTlsSocket, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testCertificate } from '../../../test/support/connect-client.ts'
import type { RateSample } from './rate-window.ts'
import { toHandleSample, toSample } from './to-sample.ts'

const MIB = 1 << 20

// The server's side of a connection to a client that does not read until it is told to.
async function connect() {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const server = createServer(resolve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const client = connectSocket({ port, host: '127.0.0.1' }).pause()
  const socket = await promise
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return { client, socket }
}

describe('toSample', () => {
  it('is nothing for a socket that holds nothing, whatever it has sent', async () => {
    const { client, socket } = await connect()
    expect(toSample(socket)).toBe(undefined)
    socket.write('taken at once')
    await once(client.resume(), 'data')
    expect(toSample(socket)).toBe(undefined)
  })

  it('is nothing for what waits for a cork', async () => {
    const { socket } = await connect()
    socket.cork()
    socket.write('a head')
    expect(toSample(socket)).toBe(undefined)
  })

  it('counts the part of one write that the operating system has taken, and more as the client reads', async () => {
    const { client, socket } = await connect()
    socket.write(Buffer.alloc(32 * MIB))
    socket.write('text')
    const first = toSample(socket)
    expect(first?.given).toBe(32 * MIB + 4)
    expect(first?.taken).toBeGreaterThan(0)
    expect(first?.taken).toBeLessThan(32 * MIB)
    let got = 0
    client.on('data', (bytes: Buffer) => {
      got += bytes.length
      if (got > 16 * MIB) client.pause()
    })
    client.resume()
    await once(client, 'pause')
    expect(toSample(socket)?.taken).toBeGreaterThan(16 * MIB)
    expect(toSample(socket)?.given).toBe(32 * MIB + 4)
    client.removeAllListeners('data').resume()
    await once(socket, 'drain')
    expect(toSample(socket)).toBe(undefined)
  })

  it('takes whole writes where the handle does not count', () => {
    const socket = new Socket()
    onTestFinished(() => void socket.destroy())
    socket.cork()
    socket.write('abc')
    expect(toSample(socket)).toEqual({ given: 3, taken: 0 })
  })
})

// Both ends of an encrypted connection, the client's at rest.
async function connectTls() {
  const { promise, resolve } = Promise.withResolvers<TLSSocket>()
  const server = createTlsServer(testCertificate, resolve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const raw = connectSocket({ port, host: '127.0.0.1' })
  const client = connectTlsSocket({ socket: raw, ca: testCertificate.cert, servername: 'localhost' })
  const socket = await promise
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return { client, socket }
}

describe('toSample, behind TLS', () => {
  it('counts the part of one write that the operating system has taken', async () => {
    const { client, socket } = await connectTls()
    expect(toSample(socket)).toBe(undefined)
    client.pause()
    socket.write(Buffer.alloc(32 * MIB))
    const first = await untilSample(() => toSample(socket))
    expect(first.given).toBeGreaterThanOrEqual(32 * MIB)
    expect(first.taken).toBeLessThan(32 * MIB)
    client.resume()
    await untilSample(() => {
      const sample = toSample(socket)
      return sample && sample.taken > first.taken ? sample : undefined
    })
    await once(socket, 'drain')
    expect(toSample(socket)).toBe(undefined)
  })
})

describe('toHandleSample', () => {
  it.each([
    ['plain', connect],
    ['TLS', connectTls],
  ])('counts what was written past the socket: %s', async (_, open) => {
    const { client, socket } = await open()
    const session = performServerHandshake(socket)
    onTestFinished(() => session.destroy())
    session.on('error', () => {})
    const opened = Promise.withResolvers<ServerHttp2Stream>()
    session.on('stream', opened.resolve)
    const http2Client = connectHttp2('http://test', {
      createConnection: () => client,
      settings: { initialWindowSize: 2 ** 31 - 1 },
    })
    http2Client.on('error', () => {})
    onTestFinished(() => http2Client.destroy())
    await once(http2Client, 'connect')
    http2Client.setLocalWindowSize(2 ** 31 - 1)
    http2Client.request({ ':path': '/' }).on('error', () => {})
    const stream = (await opened.promise).on('error', () => {})
    expect(toSample(socket)).toBe(undefined)
    expect(toHandleSample(socket)).toBe(undefined)
    stream.respond({ ':status': 200 })
    stream.write(Buffer.alloc(64 * MIB))
    const sample = await untilSample(() => toHandleSample(socket))
    expect(sample.given).toBeGreaterThan(sample.taken)
    expect(toSample(socket)).toBe(undefined)
  })
})

async function untilSample(look: () => RateSample | undefined): Promise<RateSample> {
  for (;;) {
    const sample = look()
    if (sample) return sample
    await new Promise((resolve) => setImmediate(resolve))
  }
}
