import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openByteServer } from '../../../test/support/open-byte-server.ts'
import { onEnded } from './on-ended.ts'

async function setUp() {
  const { port, next } = await openByteServer()
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const ended = new Promise<string>((resolve) => {
    onEnded(socket, Buffer.from('\r\n'), () => resolve('ended'))
    socket.once('error', ({ message }) => resolve(message))
  })
  return { server: await next(), socket, ended }
}

describe('onEnded', () => {
  it('calls back when the server has ended its side', async () => {
    const { server, socket, ended } = await setUp()
    socket.resume()
    server.socket.end('last')
    expect(await ended).toBe('ended')
  })

  it('lets a reset that comes together with the last bytes be an error', async () => {
    const { server, socket, ended } = await setUp()
    // Both are there before anything is read.
    socket.pause()
    server.sendAndReset('last')
    await once(server.socket, 'close')
    socket.resume()
    expect(await ended).toMatch(/ECONNRESET|EPIPE/)
  })
})
