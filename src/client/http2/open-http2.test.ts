import { describe, expect, it } from 'vitest'
import { openByteServer } from '../../../test/support/open-byte-server.ts'
import { preface } from '../../../test/support/http2-frame.ts'
import { openSocket } from '../socket/open-socket.ts'
import { openHttp2 } from './open-http2.ts'

async function setUp(signal = new AbortController().signal) {
  const { url, next } = await openByteServer()
  const opening = openHttp2(await openSocket(url, signal), url, signal)
  const error = opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const server = await next()
  await server.until(preface)
  return { server, error }
}

describe('openHttp2', () => {
  it.each([
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'the server speaks HTTP/1, not HTTP/2'],
    ['SSH-2.0-OpenSSH_10\r\n', 'the server does not speak HTTP/2'],
  ])('refuses a server that says %j, and leaves it', async (text, reason) => {
    const { server, error } = await setUp()
    server.send(text)
    expect(await error).toMatchObject({
      name: 'ConnectError',
      fault: 'protocol',
      message: expect.stringContaining(reason),
    })
    await server.whenLeft()
  })

  it('refuses a server that ends the connection', async () => {
    const { server, error } = await setUp()
    server.socket.end()
    const message = expect.stringContaining(
      'ended the connection after the first bytes of HTTP/2. Ask with HTTP/1.1',
    )
    expect(await error).toMatchObject({ fault: 'protocol', message })
  })

  it('gives up with the reason of its signal', async () => {
    const controller = new AbortController()
    const { server, error } = await setUp(controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await error).toMatchObject({ name: 'ConnectError', cause: reason })
    await server.whenLeft()
  })
})
