import { once } from 'node:events'
import { createServer, connect, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FrameReader, frameTypes, type Http2Frame } from '../../../test/support/http2-frame.ts'
import { sendShutdownNotice } from './send-shutdown-notice.ts'

async function open() {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const server = createServer(resolve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1').pause()
  const socket = await promise
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return { client, socket }
}

describe('sendShutdownNotice', () => {
  it('G14: sends a GOAWAY that refuses no stream, at once', async () => {
    const { client, socket } = await open()
    expect(sendShutdownNotice(socket)).toBe(true)
    client.resume()
    const [bytes] = await once(client, 'data')
    const frames: Http2Frame[] = [...new FrameReader().push(bytes)]
    expect(frames).toMatchObject([{ type: frameTypes.goAway, flags: 0, stream: 0 }])
    expect([frames[0]?.payload.readUInt32BE(), frames[0]?.payload.readUInt32BE(4)]).toEqual([2 ** 31 - 1, 0])
  })

  it('sends nothing into the middle of what waits', async () => {
    const { socket } = await open()
    socket.write(Buffer.alloc(32 << 20))
    expect(sendShutdownNotice(socket)).toBe(false)
    expect(socket.destroyed).toBe(false)
  })

  it('sends nothing behind TLS, and to a socket that is gone', async () => {
    const { socket } = await open()
    expect(sendShutdownNotice(Object.assign(new Socket(), { encrypted: true }))).toBe(false)
    socket.destroy()
    expect(sendShutdownNotice(socket)).toBe(false)
  })
})
