import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { H2cEntrance } from './h2c-entrance.ts'
import type { Protocol } from './protocol.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** An entrance before two protocols that only take note of what they are given. */
async function setUp({ limit }: { limit?: number } = {}) {
  const came = Promise.withResolvers<{ name: string; socket: Socket; used: number }>()
  const note = (name: string): Protocol => ({
    take: (socket, used = 0) => came.resolve({ name, socket, used }),
    drain: async () => {},
    abort: () => {},
  })
  const entrance = new H2cEntrance({ http1: note('http1'), http2: note('http2') }, limit)
  const server = entrance.server.listen(0, '127.0.0.1')
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
  return { entrance, client, accepted, came: came.promise }
}

describe('H2cEntrance', () => {
  it.each([
    [PREFACE, 'http2'],
    [`${PREFACE}and more`, 'http2'],
    ['G', 'http1'],
    ['PUT', 'http1'],
    ['PRIX', 'http1'],
    ['PRI * HTTP/1.1\r\n', 'http1'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r ', 'http1'],
    ['\0', 'http1'],
  ])('gives a connection that begins with %j to %s', async (text, expected) => {
    const { client, came } = await setUp()
    client.write(text)
    const { name, socket } = await came
    expect([name, String(socket.read())]).toEqual([expected, text])
  })

  it('knows the preface when its bytes come one at a time', async () => {
    const { client, accepted, came } = await setUp()
    for (const byte of PREFACE) {
      const read = once(accepted, 'data')
      client.write(byte)
      await read
    }
    const { name, socket } = await came
    expect([name, String(socket.read())]).toEqual(['http2', PREFACE])
  })

  it.each([PREFACE, 'GET'])('G13: tells whoever takes %j how much of its time it has used', async (text) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const { client, came } = await setUp({ limit: 10_000 })
    vi.advanceTimersByTime(9000)
    client.write(text)
    expect((await came).used).toBe(9000)
  })

  it('G13: ends a connection that does not begin in time', async () => {
    const { client } = await setUp({ limit: 1 })
    client.resume()
    await once(client, 'close')
  })

  it('ends those that have not begun when it is told to', async () => {
    const { entrance, client } = await setUp()
    client.resume()
    entrance.drop()
    await once(client, 'close')
  })
})
