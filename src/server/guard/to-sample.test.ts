import { once } from 'node:events'
import { connect as connectSocket, createServer, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toSample } from './to-sample.ts'

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
