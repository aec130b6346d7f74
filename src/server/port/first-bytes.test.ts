import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { FirstBytes } from './first-bytes.ts'

afterEach(() => void vi.useRealTimers())

/** A server that gives away a connection when it knows five of its bytes. */
async function setUp(limit = 60_000) {
  const chosen: string[] = []
  const used: number[] = []
  const taken = Promise.withResolvers<Socket>()
  const take = (socket: Socket, time: number) => {
    used.push(time)
    taken.resolve(socket)
  }
  const firstBytes = new FirstBytes({
    choose: (bytes) => {
      chosen.push(String(bytes))
      return bytes.length < 5 ? undefined : take
    },
    limit,
  })
  const server = firstBytes.server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connect({
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
  })
  client.setNoDelay(true)
  const [accepted] = await once(server, 'connection')
  onTestFinished(() => {
    vi.useRealTimers()
    client.destroy()
    accepted.destroy()
    server.close()
  })
  return { firstBytes, server, client, accepted, chosen, used, taken: taken.promise }
}

describe('FirstBytes', () => {
  it('gives a connection away with all its bytes, however they come', async () => {
    const { client, accepted, chosen, taken } = await setUp()
    for (const byte of 'whole') {
      const read = once(accepted, 'data')
      client.write(byte)
      await read
    }
    const socket = await taken
    expect(chosen).toEqual(['w', 'wh', 'who', 'whol', 'whole'])
    const text = once(socket, 'data')
    socket.resume()
    expect(String((await text)[0])).toBe('whole')
    const more = once(socket, 'data')
    client.end(' more')
    expect(String((await more)[0])).toBe(' more')
    await once(socket, 'end')
    socket.end('answer')
    expect(String((await once(client, 'data'))[0])).toBe('answer')
  })

  it('lets go of a connection that it has given away', async () => {
    const { firstBytes, client, taken } = await setUp()
    client.write('whole')
    const socket = await taken
    // `end` has a listener of node:net's own.
    expect(['data', 'end', 'close'].map((event) => socket.listenerCount(event))).toEqual([0, 1, 0])
    firstBytes.drop()
    expect(socket.destroyed).toBe(false)
  })

  it('G13: ends a connection that takes too long to begin, and no other', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { client, accepted } = await setUp(1000)
    const read = once(accepted, 'data')
    client.write('who')
    await read
    vi.advanceTimersByTime(949)
    expect(accepted.destroyed).toBe(false)
    vi.advanceTimersByTime(51)
    expect(accepted.destroyed).toBe(true)
    await once(client, 'close')
  })

  it('G13: tells how much of its time a connection has used', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { client, used, taken } = await setUp(1000)
    vi.advanceTimersByTime(800)
    client.write('whole')
    await taken
    expect(used).toEqual([800])
  })

  it('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, taken, server } = await setUp(1000)
    client.write('whole')
    await taken
    expect(vi.getTimerCount()).toBe(0)
    const address = server.address()
    const other = connect({
      host: '127.0.0.1',
      port: typeof address === 'object' && address ? address.port : 0,
    })
    const [accepted] = await once(server, 'connection')
    expect(vi.getTimerCount()).toBe(1)
    other.destroy()
    await once(accepted, 'close')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends a connection whose client closes its side before it has begun', async () => {
    const { client, accepted } = await setUp()
    client.end('who')
    await once(accepted, 'close')
    expect(accepted.destroyed).toBe(true)
  })

  it('takes no harm from a client that resets', async () => {
    const { client, accepted } = await setUp()
    const closed = Promise.withResolvers<void>()
    accepted.on('close', () => closed.resolve())
    client.resetAndDestroy()
    await closed.promise
  })

  it('ends those that have not begun when it is told to', async () => {
    const { firstBytes, client } = await setUp()
    firstBytes.drop()
    client.resume()
    await once(client, 'close')
  })
})
