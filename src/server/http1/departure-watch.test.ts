import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { carriers } from './carriers.ts'
import { DepartureWatch } from './departure-watch.ts'

// A connection whose client has closed its side, or all of it.
async function connect(how: 'half' | 'whole') {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const server = createServer({ allowHalfOpen: true }, resolve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  const socket = await promise
  onTestFinished(() => {
    vi.useRealTimers()
    client.leave()
    socket.destroy()
    server.close()
  })
  socket.on('error', () => {})
  socket.resume()
  if (how === 'half') client.socket.end()
  else client.leave()
  await once(socket, 'end')
  return { client, socket }
}

describe('DepartureWatch', () => {
  it('G10: asks once, and finds that the client is gone', async () => {
    const { socket } = await connect('whole')
    const ask = vi.fn<() => boolean>(() => socket.write('?'))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    new DepartureWatch({ socket, ask })
    await closed
    expect(ask).toHaveBeenCalledOnce()
  })

  it('G10: finds it behind TLS by the socket below', async () => {
    const { socket } = await connect('whole')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const upper: Pick<Socket, 'destroyed' | 'writableEnded' | 'writableLength'> = {
      destroyed: false,
      writableEnded: false,
      writableLength: 0,
    }
    const { socket: cover } = await connect('half')
    Object.defineProperties(cover, Object.getOwnPropertyDescriptors(upper))
    const write = vi.spyOn(cover, 'write')
    carriers.set(cover, socket)
    new DepartureWatch({ socket: cover, ask: () => socket.write('?') })
    await closed
    expect(write).not.toHaveBeenCalled()
  })

  it('asks until there is a place for it, and not again', async () => {
    const { client, socket } = await connect('half')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let count = 0
    const ask = vi.fn<() => boolean>(() => ++count === 3 && socket.write('?'))
    new DepartureWatch({ socket, ask })
    vi.advanceTimersByTime(5000)
    expect(ask).toHaveBeenCalledTimes(3)
    socket.end()
    expect((await client.toEnd()).text).toBe('?')
  })

  it('sends nothing to a client that is there, but the question', async () => {
    const { client, socket } = await connect('half')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    new DepartureWatch({ socket, ask: () => socket.write('?') })
    for (let count = 0; count < 20; count++) await vi.advanceTimersByTimeAsync(1000)
    socket.end('reply')
    expect(await client.toEnd()).toEqual({ text: '?reply', how: 'end' })
  })

  it('G10: has the system ask, for where nothing can be sent', async () => {
    const { socket } = await connect('half')
    const setKeepAlive = vi.spyOn(socket, 'setKeepAlive')
    new DepartureWatch({ socket, ask: () => false })
    expect(setKeepAlive).toHaveBeenCalledWith(true, 1000)
  })

  it('waits longer from look to look, a second at most, and not behind what is held', async () => {
    const { socket } = await connect('half')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const write = vi.spyOn(socket, 'write')
    new DepartureWatch({ socket, ask: () => false })
    vi.advanceTimersByTime(1023)
    expect(write).toHaveBeenCalledTimes(10)
    vi.advanceTimersByTime(3000)
    expect(write).toHaveBeenCalledTimes(13)
    vi.spyOn(socket, 'writableLength', 'get').mockReturnValue(1)
    vi.advanceTimersByTime(3000)
    expect(write).toHaveBeenCalledTimes(13)
  })

  it('leaves no timer behind when the connection has ended', async () => {
    const { socket } = await connect('half')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    new DepartureWatch({ socket, ask: () => false })
    expect(vi.getTimerCount()).toBe(1)
    socket.destroy()
    await once(socket, 'close')
    expect(vi.getTimerCount()).toBe(0)
  })
})
