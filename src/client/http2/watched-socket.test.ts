import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openByteServer } from '../../../test/support/open-byte-server.ts'
import { WatchedSocket } from './watched-socket.ts'

async function setUp() {
  const { port, next } = await openByteServer()
  const seen: string[] = []
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const watched = new WatchedSocket(
    socket,
    (bytes) => seen.push(`watched ${bytes}`),
    () => seen.push('end'),
  )
  watched.on('data', (bytes: Buffer) => seen.push(`read ${bytes}`))
  return { server: await next(), watched, seen, socket }
}

describe('WatchedSocket', () => {
  it('shows what comes before it is read, and the end', async () => {
    const { server, watched, seen } = await setUp()
    server.send('one')
    await once(watched, 'data')
    expect(seen).toEqual(['watched one', 'read one'])
    server.socket.end()
    await once(watched, 'end')
    expect(seen.at(-1)).toBe('end')
  })

  it('writes what it is given, and takes the socket with it', async () => {
    const { server, watched, socket } = await setUp()
    watched.write('hello')
    await server.until('hello')
    watched.destroy()
    await server.whenLeft()
    expect(socket.destroyed).toBe(true)
  })

  it('fails with the socket', async () => {
    const { server, watched } = await setUp()
    const failed = once(watched, 'error')
    server.reset()
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
  })
})
