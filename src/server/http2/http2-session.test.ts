import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Http2Session } from 'node:http2'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { frameTypes, type Http2Frame } from '../../../test/support/http2-frame.ts'
import type { Http2Frames } from '../../../test/support/http2-frames.ts'
import { type Http2Request, setUpHttp2 } from '../../../test/support/set-up-http2.ts'
import { ClientGone, ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import { RateGuard } from '../guard/rate-guard.ts'
import { HealthAnswers } from '../health/health-answers.ts'
import { IdleCount } from '../http1/connection.ts'
import { toLimits } from '../limits/limits.ts'

const MIB = 1 << 20

function give({ wire, live }: Pick<Http2Request, 'wire' | 'live'>, text = 'text'): void {
  wire.sendPlain(text, true)
  wire.close(live)
}

// Begins a reply that goes on.
function begin({ wire }: Pick<Http2Request, 'wire'>, bytes: number): void {
  const framing = { kind: 'length', bytes } as const
  wire.writeHead({ status: 200, reason: 'OK', fields: [], framing, stays: true })
  wire.end(Buffer.alloc(bytes), () => {})
}

function toGoAway({ payload }: Http2Frame) {
  return { last: payload.readUInt32BE(), code: payload.readUInt32BE(4) }
}

async function answer(client: Http2Frames): Promise<void> {
  client.send(frameTypes.ping, { payload: Buffer.alloc(8) })
  for (;;) if (((await client.next(frameTypes.ping)).flags & 1) === 1) return
}

describe('Http2Session, of departures', () => {
  it('G13: a session that is over leads to nothing of its connection: node:http2 may keep it for ever', async () => {
    const opened = Promise.withResolvers<Http2Session>()
    const onStream = (message: unknown): void =>
      opened.resolve(Reflect.get(Object(message), 'stream').session)
    subscribe('http2.server.stream.created', onStream)
    onTestFinished(() => void unsubscribe('http2.server.stream.created', onStream))
    const { connect, next } = await setUpHttp2()
    const client = connect()
    client.request(1)
    const request = await next()
    const session = await opened.promise
    const listeners = () => ['stream', 'localSettings'].map((name) => session.listenerCount(name))
    expect(listeners()).toEqual([1, expect.any(Number)])
    client.leave()
    await request.gone
    await vi.waitFor(() => expect(listeners()).toEqual([0, 0]))
    expect(Object.hasOwn(session, 'close')).toBe(false)
    // What a client did wrong may be told later.
    session.emit('error', new Error('told to nobody'))
  })

  it('G10: a client that resets a stream leaves that one alone', async () => {
    const { connect, next } = await setUpHttp2()
    const client = connect()
    client.request(1)
    const first = await next()
    client.request(3)
    const second = await next()
    client.reset(1)
    expect(await first.gone).toBeInstanceOf(ClientGone)
    expect(second.reasons).toEqual([])
    give(second)
    expect(await client.over(3)).toEqual({ how: 'end', text: 'text' })
  })

  it.each([
    ['closes its side', (client: Http2Frames) => client.socket.end()],
    ['resets the connection', (client: Http2Frames) => client.socket.resetAndDestroy()],
    ['breaks the protocol', (client: Http2Frames) => client.data(1, 'on a stream that is closed')],
    ['sends no frames', (client: Http2Frames) => void client.socket.write('x'.repeat(1000))],
  ])('G10: one that %s leaves all of them, and nothing is reported', async (_, leave) => {
    const report = vi.fn<(error: unknown) => void>()
    const { connect, next } = await setUpHttp2({ report })
    const client = connect()
    client.request(1)
    client.request(3)
    const [first, second] = [await next(), await next()]
    leave(client)
    expect(await first.gone).toBeInstanceOf(ClientGone)
    expect(await second.gone).toBeInstanceOf(ClientGone)
    await client.whenClosed()
    expect(report).not.toHaveBeenCalled()
  })
})

describe('Http2Session, of a client that says goodbye', () => {
  const sayGoodbye = (client: Http2Frames) => client.send(frameTypes.goAway, { payload: Buffer.alloc(8) })

  it('gives it the replies that it waits for, and ends then', async () => {
    const { connect, next } = await setUpHttp2()
    const client = connect()
    client.request(1)
    client.request(3, { ':method': 'POST' }, { isOpen: true })
    sayGoodbye(client)
    const [first, second] = [await next(), await next()]
    give(first)
    expect(await client.over(1)).toEqual({ how: 'end', text: 'text' })
    client.data(3, 'body', { isEnd: true })
    await answer(client)
    expect([second.reasons, client.isClosed]).toEqual([[], false])
    give(second, 'two')
    expect(await client.over(3)).toEqual({ how: 'end', text: 'two' })
    expect(toGoAway(await client.next(frameTypes.goAway))).toEqual({ last: 3, code: 0 })
    await client.whenClosed()
  })

  it('ends at once where it waits for none', async () => {
    const { connect } = await setUpHttp2()
    const client = connect()
    await answer(client)
    sayGoodbye(client)
    expect(toGoAway(await client.next(frameTypes.goAway))).toEqual({ last: 0, code: 0 })
    await client.whenClosed()
  })

  it.each([
    ['breaks the protocol', (client: Http2Frames) => client.data(0, 'on no stream')],
    [
      'sends a frame of a wrong size',
      (client: Http2Frames) => client.send(frameTypes.resetStream, { stream: 1 }),
    ],
    ['closes its side', (client: Http2Frames) => client.socket.end()],
    ['resets the connection', (client: Http2Frames) => client.socket.resetAndDestroy()],
  ])('G10: one that then %s leaves all of them, at once', async (_, leave) => {
    const { connect, next } = await setUpHttp2()
    const client = connect()
    client.request(1, { ':method': 'POST' }, { isOpen: true })
    sayGoodbye(client)
    const request = await next()
    leave(client)
    expect(await request.gone).toBeInstanceOf(ClientGone)
    await client.whenClosed()
  })
})

describe('Http2Session, of its end', () => {
  it('G14: tells first that it ends, takes what is on its way, and then tells what it has taken', async () => {
    const { connect, next, protocol } = await setUpHttp2()
    const client = connect({ answersPings: false })
    client.request(1)
    const first = await next()
    await answer(client)
    const drained = protocol.drain({ lingers: false })
    expect(toGoAway(await client.next(frameTypes.goAway))).toEqual({ last: 2 ** 31 - 1, code: 0 })
    client.request(3)
    const second = await next()
    const ping = await client.next(frameTypes.ping)
    client.send(frameTypes.ping, { flags: 1, payload: ping.payload })
    expect(toGoAway(await client.next(frameTypes.goAway))).toEqual({ last: 3, code: 0 })
    give(first)
    expect(await client.over(1)).toEqual({ how: 'end', text: 'text' })
    expect(client.isClosed).toBe(false)
    give(second, 'two')
    expect(await client.over(3)).toEqual({ how: 'end', text: 'two' })
    await client.whenClosed()
    await drained
  })

  it('G14: a reply that ends the session has ended, and its client is not gone', async () => {
    const { connect, next, protocol } = await setUpHttp2()
    const client = connect()
    client.request(1)
    const first = await next()
    await answer(client)
    const drained = protocol.drain({ lingers: false })
    await client.next(frameTypes.goAway)
    await answer(client)
    const framing = { kind: 'length', bytes: 4 } as const
    first.wire.writeHead({ status: 200, reason: 'OK', fields: [], framing, stays: true })
    await new Promise<void>((resolve) => first.wire.end(Buffer.from('last'), resolve))
    expect(first.reasons).toEqual([])
    first.wire.close(first.live)
    expect(await client.over(1)).toEqual({ how: 'end', text: 'last' })
    await drained
  })

  it('G14: waits a second for a client that does not say that it has heard', async () => {
    const { connect, next, protocol } = await setUpHttp2()
    const client = connect({ answersPings: false })
    client.request(1)
    const first = await next()
    await answer(client)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    void protocol.drain({ lingers: false })
    await client.next(frameTypes.goAway)
    vi.advanceTimersByTime(1000)
    expect(toGoAway(await client.next(frameTypes.goAway))).toEqual({ last: 1, code: 0 })
    give(first)
    expect((await client.over(1)).how).toBe('end')
  })

  it('G14: an idle one ends at once; one that lingers after its next reply', async () => {
    const { connect, next, protocol } = await setUpHttp2()
    const client = connect()
    client.request(1)
    give(await next())
    await client.over(1)
    await answer(client)
    void protocol.drain({ lingers: true })
    await answer(client)
    expect(client.seen.some(({ type }) => type === frameTypes.goAway)).toBe(false)
    client.request(3)
    give(await next(), 'last')
    expect(await client.over(3)).toEqual({ how: 'end', text: 'last' })
    await client.whenClosed()
    const other = connect()
    await other.next(frameTypes.settings)
    await protocol.drain({ lingers: false })
    expect(other.seen.some(({ type }) => type === frameTypes.goAway)).toBe(true)
  })

  it('closes the connection of a client that does not', async () => {
    const { connect, next, protocol, sockets } = await setUpHttp2()
    const client = connect()
    client.socket.allowHalfOpen = true
    client.request(1)
    give(await next())
    await client.over(1)
    await protocol.drain({ lingers: false })
    expect(sockets[0]?.destroyed).toBe(true)
  })

  it('G14: at the deadline every stream is reset and none ended, and the client is told of the end', async () => {
    const { connect, next, protocol } = await setUpHttp2()
    const client = connect()
    client.request(1)
    const first = await next()
    begin(first, 100_000)
    await client.head(1)
    const drained = protocol.drain({ lingers: false })
    const reason = new ShuttingDown('the server is closing')
    protocol.abort(reason)
    expect(first.reasons).toEqual([reason])
    await client.whenClosed()
    await drained
    expect(client.hasEnded(1)).toBe(false)
    expect(client.seen.some(({ type }) => type === frameTypes.goAway)).toBe(true)
  })

  it('ends after its last reply where too many connections are idle', async () => {
    const { connect, next } = await setUpHttp2({ idle: new IdleCount(0) })
    const client = connect()
    client.request(1)
    give(await next())
    expect(await client.over(1)).toEqual({ how: 'end', text: 'text' })
    await client.whenClosed()
  })

  it('G13: ends when it was without a request for too long', async () => {
    const limits = { ...toLimits(), sessionTimeout: 5000 }
    const { connect, next } = await setUpHttp2({ limits })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const client = connect()
    client.request(1)
    const first = await next()
    vi.advanceTimersByTime(10_000)
    await answer(client)
    give(first)
    await client.over(1)
    await answer(client)
    vi.advanceTimersByTime(5000)
    await client.next(frameTypes.goAway)
    await client.whenClosed()
  })
})

describe('Http2Session, of its health and its pace', () => {
  it('answers for the server by itself', async () => {
    const health = new HealthAnswers({ live: '/live', ready: '/ready' })
    const { connect } = await setUpHttp2({ health })
    const client = connect()
    client.request(1, { ':path': '/ready?x' })
    expect(await client.over(1)).toEqual({ how: 'end', text: 'ok\n' })
    health.isDraining = true
    client.request(3, { ':path': '/ready', ':method': 'HEAD' })
    expect((await client.head(3))[':status']).toBe('503')
  })

  it('G13: cuts a stream whose client gives it no window, and no other', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const guard = new RateGuard({ bytes: 1000, within: 20_000 })
    const { connect, next } = await setUpHttp2({ guard })
    const client = connect({ window: 10 })
    client.request(1)
    const first = await next()
    begin(first, 1000)
    client.request(3)
    const second = await next()
    await client.text(1)
    vi.advanceTimersByTime(20_000)
    expect(first.reasons).toEqual([])
    vi.advanceTimersByTime(1000)
    expect(first.reasons).toEqual([expect.any(TooSlow)])
    expect((await client.over(1)).how).toBe(2)
    expect(client.hasEnded(1)).toBe(false)
    expect(second.reasons).toEqual([])
    give(second)
    expect(await client.over(3)).toEqual({ how: 'end', text: 'text' })
  })

  // Of 20,000 bytes in 20 s: one gives windows for more than that, the other for less.
  it.each([
    ['leaves a client that takes a little more than it must', 1300, 0],
    ['cuts a client that takes less than it must, although it goes on taking', 700, 1],
  ])('G13: %s', async (_, bytes, cuts) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const guard = new RateGuard({ bytes: 1000, within: 20_000 })
    const { connect, next } = await setUpHttp2({ guard })
    const client = connect({ window: bytes })
    client.request(1)
    const first = await next()
    begin(first, 1_000_000)
    for (let second = 0; second < 60 && first.reasons.length === 0; second++) {
      await client.text(1)
      // What this window has let leave has been counted, too.
      await answer(client)
      vi.advanceTimersByTime(1000)
      client.allow(0, bytes)
      client.allow(1, bytes)
    }
    expect(first.reasons).toHaveLength(cuts)
  })

  it('G13: cuts a connection whose client does not read', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const guard = new RateGuard({ bytes: 1000, within: 20_000 })
    const { connect, next, sockets } = await setUpHttp2({ guard })
    const client = connect({ window: 1 << 30 })
    client.allow(0, 1 << 30)
    client.request(1)
    const first = await next()
    client.request(3)
    const second = await next()
    client.socket.pause()
    begin(first, 64 * MIB)
    begin(second, 64 * MIB)
    const [socket] = sockets
    while (Number(Reflect.get(Reflect.get(socket ?? {}, '_handle'), 'writeQueueSize')) === 0)
      await new Promise((resolve) => setImmediate(resolve))
    for (let step = 0; step < 21; step++) vi.advanceTimersByTime(1000)
    expect(socket?.destroyed).toBe(true)
    expect([...first.reasons, ...second.reasons]).toEqual([expect.any(TooSlow), expect.any(TooSlow)])
  })
})
