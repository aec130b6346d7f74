// At a real connection: what node:http2 gives to the operating system, and when.
import { once } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import { performServerHandshake } from 'node:http2'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { frameTypes } from '../../../test/support/http2-frame.ts'
import { Http2Frames, type Http2FramesOptions } from '../../../test/support/http2-frames.ts'
import { Http2Outlet } from './http2-outlet.ts'

const KIB = 1024

async function setUp(options?: Http2FramesOptions & { isOpen?: boolean }) {
  const { promise, resolve } = Promise.withResolvers<{ stream: ServerHttp2Stream; socket: Socket }>()
  const server = createServer((socket) => {
    const session = performServerHandshake(socket)
    session.on('error', () => {})
    session.on('stream', (stream) => resolve({ stream: stream.on('error', () => {}), socket }))
    onTestFinished(() => session.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new Http2Frames(typeof address === 'object' && address ? address.port : 0, options)
  onTestFinished(() => {
    client.leave()
    server.close()
  })
  client.request(1, {}, options)
  const { stream, socket } = await promise
  const gone = vi.fn<() => void>()
  const isAlive = () => !socket.destroyed
  const outlet = new Http2Outlet({ stream, socket, isAlive, gone })
  stream.respond({ ':status': 200 })
  return { client, stream, socket, outlet, gone }
}

// After all that was sent to the client before.
async function answer(client: Http2Frames): Promise<void> {
  client.send(frameTypes.ping, { payload: Buffer.alloc(8) })
  for (;;) if (((await client.next(frameTypes.ping)).flags & 1) === 1) return
}

function whenFree(outlet: Http2Outlet): Promise<void> {
  return new Promise((resolve) => outlet.whenFree(resolve))
}

function end(outlet: Http2Outlet, text = ''): Promise<void> {
  return new Promise((resolve) => outlet.end([Buffer.from(text)], resolve))
}

describe('Http2Outlet, of what it is given', () => {
  it('G1: holds it until the operating system has it', async () => {
    const { client, outlet, socket } = await setUp()
    for (const text of ['one', 'two', 'three']) {
      const before = handleBytes(socket)
      outlet.give([Buffer.from(text)])
      expect(outlet.held).toBe(true)
      await whenFree(outlet)
      expect(outlet.held).toBe(false)
      // The frame is with the socket, and the socket holds nothing: nobody has to run any more for it to leave.
      expect(handleBytes(socket).written - before.written).toBeGreaterThanOrEqual(9 + text.length)
      expect(handleBytes(socket).queued).toBe(0)
      expect(await client.text(1)).toBe(text)
    }
  })

  it('holds a head that goes alone until it has left', async () => {
    const { client, outlet } = await setUp()
    outlet.giveHead()
    expect(outlet.held).toBe(true)
    await whenFree(outlet)
    expect(outlet.held).toBe(false)
    expect(await client.head(1)).toMatchObject({ ':status': '200' })
  })

  it('G2: gives the session one piece at a time, and holds the rest until the client makes room', async () => {
    const { client, outlet, stream } = await setUp({ window: 10 })
    const body = Buffer.alloc(200 * KIB, 'x')
    outlet.give([body, Buffer.from('end')])
    await client.text(1)
    expect(stream.writableLength).toBeLessThanOrEqual(64 * KIB)
    expect(outlet.held).toBe(true)
    client.allow(1, 300 * KIB)
    client.allow(0, 300 * KIB)
    await whenFree(outlet)
    await end(outlet)
    expect(await client.over(1)).toEqual({ how: 'end', text: `${body.toString()}end` })
  })

  it('joins small frames, and skips empty ones', async () => {
    const { client, outlet } = await setUp()
    outlet.give([Buffer.from('a'), Buffer.alloc(0), Buffer.from('b'), Buffer.from('c')])
    expect(await client.text(1)).toBe('abc')
  })
})

describe('Http2Outlet, of the end', () => {
  it('tells it with the last bytes, and calls back when all has left', async () => {
    const { client, outlet, gone } = await setUp()
    await end(outlet, 'all')
    expect(await client.over(1)).toEqual({ how: 'end', text: 'all' })
    expect(client.seen.filter(({ type }) => type === frameTypes.data)).toHaveLength(1)
    expect(gone).not.toHaveBeenCalled()
  })

  it('waits for a window also where nothing but the end is to be sent, and resets nothing', async () => {
    const { client, outlet } = await setUp({ window: 3 })
    outlet.give([Buffer.from('one')])
    await whenFree(outlet)
    let isEnded = false
    const ended = end(outlet).then(() => (isEnded = true))
    await answer(client)
    await answer(client)
    expect(client.seen.some(({ type }) => type === frameTypes.resetStream)).toBe(false)
    if (!client.hasEnded(1)) expect(isEnded).toBe(false)
    client.allow(1, 10)
    await ended
    expect(await client.over(1)).toEqual({ how: 'end', text: 'one' })
  })

  it('tells that the stream is gone, and no end, when the client resets it first', async () => {
    const { client, outlet, gone } = await setUp({ window: 0 })
    const ended = vi.fn<() => void>()
    outlet.end([Buffer.from('one')], ended)
    await answer(client)
    client.reset(1)
    await vi.waitFor(() => expect(gone).toHaveBeenCalledOnce())
    await answer(client)
    expect(ended).not.toHaveBeenCalled()
    expect(outlet.held).toBe(true)
  })

  it('tells that the stream is gone when the connection is', async () => {
    const { client, outlet, gone } = await setUp({ window: 0 })
    const ended = vi.fn<() => void>()
    outlet.end([Buffer.from('one')], ended)
    await answer(client)
    client.leave()
    await vi.waitFor(() => expect(gone).toHaveBeenCalledOnce())
    expect(ended).not.toHaveBeenCalled()
  })

  it('lets a request go that is still being sent', async () => {
    const { client, outlet } = await setUp({ isOpen: true })
    await end(outlet, 'all')
    expect((await client.over(1)).how).toBe('end')
    expect((await client.next(frameTypes.resetStream, 1)).payload.readUInt32BE()).toBe(0)
  })
})

describe('Http2Outlet, broken off', () => {
  it('G4: resets the stream and never ends it, after what was given before', async () => {
    const { client, outlet } = await setUp()
    outlet.give([Buffer.from('one')])
    outlet.abort(new Error('it has failed'))
    expect(await client.over(1)).toEqual({ how: 2, text: 'one' })
    await answer(client)
    expect(client.hasEnded(1)).toBe(false)
  })

  it('G4: never ends it while the socket is full of other data', async () => {
    const { client, outlet, socket } = await setUp({ window: 1 << 28 })
    client.allow(0, 1 << 28)
    client.socket.pause()
    outlet.give([Buffer.alloc(64 * KIB * KIB)])
    while (handleBytes(socket).queued === 0) await new Promise((resolve) => setImmediate(resolve))
    outlet.abort(new Error('it has failed'), { isUrgent: true })
    client.socket.resume()
    expect((await client.over(1)).how).toBe(2)
    await answer(client)
    expect(client.hasEnded(1)).toBe(false)
  })

  it('G4: what the client does not take in time is given up', async () => {
    const { client, outlet } = await setUp({ window: 0 })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    outlet.give([Buffer.from('one')])
    outlet.abort(new Error('it has failed'))
    await answer(client)
    expect(client.seen.some(({ type }) => type === frameTypes.resetStream)).toBe(false)
    vi.advanceTimersByTime(2000)
    expect(await client.over(1)).toEqual({ how: 2, text: '' })
  })

  it('sends a head that was given alone before the reset', async () => {
    const { client, outlet } = await setUp()
    outlet.giveHead()
    outlet.abort(new Error('it has failed'))
    await client.head(1)
    expect((await client.over(1)).how).toBe(2)
    expect(client.hasEnded(1)).toBe(false)
  })
})

describe('Http2Outlet, of its pace', () => {
  it('G13: samples what is held alone, and then counts by small pieces', async () => {
    const { client, outlet } = await setUp({ window: 0 })
    // Each piece is taken at once, whatever the machine does.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1)
    onTestFinished(() => clock.mockRestore())
    expect(outlet.toSample()).toBe(undefined)
    outlet.give([Buffer.alloc(100 * KIB)])
    expect(outlet.toSample()).toEqual({ given: 100 * KIB, taken: 0, isShut: false })
    await vi.waitFor(() => expect(outlet.toSample()?.isShut).toBe(true))
    client.allow(1, 20 * KIB)
    await client.next(frameTypes.data, 1)
    await vi.waitFor(() => expect(outlet.toSample()?.taken).toBe(20 * KIB))
    expect(outlet.held).toBe(true)
    outlet.reset()
    expect((await client.over(1)).how).toBe(2)
    expect(outlet.toSample()).toBe(undefined)
  })
})

function handleBytes(socket: Socket): { written: number; queued: number } {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null) return { written: 0, queued: 0 }
  return {
    written: Number(Reflect.get(handle, 'bytesWritten')),
    queued: Number(Reflect.get(handle, 'writeQueueSize')),
  }
}
