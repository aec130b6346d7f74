import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { encodeFields } from '../../../test/support/encode-fields.ts'
import { formatFrame, frameFlags, frameTypes } from '../../../test/support/http2-frame.ts'
import type { Http2Frames } from '../../../test/support/http2-frames.ts'
import { setUpHttp2 } from '../../../test/support/set-up-http2.ts'
import { TooSlow } from '../../delivery/errors.ts'
import { HeadWatch } from '../limits/head-watch.ts'
import type { ServedWire } from '../wire.ts'

const LIMIT = 15_000

/** A look at the heads takes place as often. */
const LOOK = LIMIT / 20

/** Nobody can say anything in the middle of a head. */
const MUTE = { answersPings: false }

/** Fields of a request that is refused. */
const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x-${index}`, 'y']))

type Request = Awaited<ReturnType<Awaited<ReturnType<typeof setUpHttp2>>['next']>>

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function toHead(stream: number, flags: number, path = '/'): Buffer {
  const payload = encodeFields([
    [':method', 'GET'],
    [':scheme', 'http'],
    [':authority', 'test'],
    [':path', path],
  ])
  return formatFrame({ type: frameTypes.headers, flags, stream, payload })
}

const END = formatFrame({
  type: frameTypes.continuation,
  flags: frameFlags.endHeaders,
  stream: 3,
  payload: encodeFields([['x', 'y']]),
})

const unfinished: readonly (readonly [name: string, toBytes: (stream: number) => Buffer])[] = [
  ['a head without its end', (stream) => toHead(stream, frameFlags.endStream)],
  [
    'a part of a frame',
    (stream) => toHead(stream, frameFlags.endStream | frameFlags.endHeaders).subarray(0, 12),
  ],
]

async function setUp(options?: { used: number }) {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  })
  onTestFinished(() => void vi.useRealTimers())
  const http2 = await setUpHttp2({ heads: new HeadWatch(LIMIT) }, options)
  /** Sends bytes that nobody answers, and waits until they have come. */
  const send = async (client: Http2Frames, bytes: Buffer): Promise<void> => {
    const [socket] = http2.sockets
    const before = socket?.bytesRead ?? 0
    client.socket.write(bytes)
    while ((socket?.bytesRead ?? 0) < before + bytes.length) await immediate()
  }
  /** Asks, and does not answer yet. */
  const ask = async (client: Http2Frames): Promise<Request> => {
    client.request(1)
    const request = await http2.next()
    await answer(client)
    return request
  }
  return { ...http2, send, ask }
}

function give({ wire, live }: { wire: ServedWire; live: Request['live'] }): void {
  wire.sendPlain('text', true)
  wire.close(live)
}

/** Resolves when the server has read all that the client has sent before. */
async function answer(client: Http2Frames): Promise<void> {
  client.send(frameTypes.ping, { payload: Buffer.alloc(8) })
  for (;;) if (((await client.next(frameTypes.ping)).flags & frameFlags.ack) !== 0) return
}

/** Lets time pass, and whatever comes of it at each step. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += LOOK) {
    vi.advanceTimersByTime(LOOK)
    await immediate()
  }
}

describe.each(unfinished)('Http2Session, of %s', (_, toBytes) => {
  it('G13: ends a connection that begins so', async () => {
    const { connect, send, sockets } = await setUp()
    const client = connect(MUTE)
    await answer(client)
    await send(client, toBytes(1))
    await pass(LIMIT - 2 * LOOK)
    expect(sockets[0]?.destroyed).toBe(false)
    await pass(2 * LOOK)
    await client.whenClosed()
  })

  it('G13: ends a connection that goes on so after a reply', async () => {
    const { connect, send, ask, sockets } = await setUp()
    const client = connect(MUTE)
    give(await ask(client))
    await client.over(1)
    await pass(2 * LIMIT)
    await send(client, toBytes(3))
    await pass(LIMIT - 2 * LOOK)
    expect(sockets[0]?.destroyed).toBe(false)
    await pass(3 * LOOK)
    await client.whenClosed()
  })

  it('G13: ends a connection that goes on so beside a reply, and the reply with it', async () => {
    const { connect, send, ask } = await setUp()
    const client = connect(MUTE)
    const { reasons } = await ask(client)
    await pass(2 * LIMIT)
    await send(client, toBytes(3))
    await pass(LIMIT - 2 * LOOK)
    expect(reasons).toEqual([])
    await pass(3 * LOOK)
    await client.whenClosed()
    expect(reasons).toEqual([expect.any(TooSlow)])
    expect(client.hasEnded(1)).toBe(false)
  })

  it('G14: does not wait for it when the server closes', async () => {
    const { connect, send, ask, protocol } = await setUp()
    const client = connect(MUTE)
    give(await ask(client))
    await client.over(1)
    await send(client, toBytes(3))
    const drained = protocol.drain({ lingers: false })
    await client.next(frameTypes.goAway)
    vi.advanceTimersByTime(1000)
    await client.next(frameTypes.goAway)
    await pass(600)
    await client.whenClosed()
    await drained
  })

  it('G14: lets the replies beside it end when the server closes, and then does not wait', async () => {
    const { connect, send, ask, protocol } = await setUp()
    const client = connect(MUTE)
    const request = await ask(client)
    await send(client, toBytes(3))
    const drained = protocol.drain({ lingers: false })
    await client.next(frameTypes.goAway)
    vi.advanceTimersByTime(1000)
    await client.next(frameTypes.goAway)
    await pass(LIMIT / 2)
    expect(client.isClosed).toBe(false)
    give(request)
    expect(await client.over(1)).toEqual({ how: 'end', text: 'text' })
    while (!client.isClosed) await pass(LOOK)
    await drained
  })
})

describe('Http2Session, of heads', () => {
  it('G13: takes one that comes in two frames within the time', async () => {
    const { connect, send, ask, next } = await setUp()
    const client = connect(MUTE)
    await ask(client)
    await send(client, toHead(3, frameFlags.endStream))
    await pass(LIMIT - 2 * LOOK)
    await send(client, END)
    const second = await next()
    await pass(2 * LIMIT)
    give(second)
    expect(await client.over(3)).toEqual({ how: 'end', text: 'text' })
  })

  it('G13: does not take those that it refuses for one that goes on', async () => {
    const { connect, ask } = await setUp()
    const client = connect()
    const { reasons } = await ask(client)
    // A reset, and none of them is told of. The client answers the PING that comes of each.
    for (let stream = 3; stream < 60; stream += 2) {
      client.request(stream, many)
      await client.next(frameTypes.resetStream, stream)
      vi.advanceTimersByTime(LOOK)
      await client.next(frameTypes.ping)
      await answer(client)
    }
    expect([client.isClosed, reasons]).toEqual([false, []])
  })

  it('G13: does so not while a body comes, behind which the answer may wait', async () => {
    const { connect, next, send } = await setUp()
    const client = connect(MUTE)
    client.request(1, { ':method': 'POST' }, { isOpen: true })
    const { reasons } = await next()
    await answer(client)
    client.request(3, many)
    await client.next(frameTypes.resetStream, 3)
    for (let looks = 0; looks < 40; looks++) {
      await send(
        client,
        formatFrame({ type: frameTypes.data, flags: 0, stream: 1, payload: Buffer.alloc(100) }),
      )
      vi.advanceTimersByTime(LOOK)
    }
    expect([client.isClosed, reasons]).toEqual([false, []])
  })

  it('G13: a client that says nothing has the time of a head, from its opening', async () => {
    const { connect } = await setUp({ used: 5000 })
    const client = connect()
    await answer(client)
    await pass(LIMIT - 5000 - 3 * LOOK)
    expect(client.seen.some(({ type }) => type === frameTypes.goAway)).toBe(false)
    await pass(3 * LOOK)
    await client.next(frameTypes.goAway)
    await client.whenClosed()
  })
})
