import { once } from 'node:events'
import { createServer as createHttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient } from '../../../test/support/raw-client.ts'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import type { Live } from '../wire.ts'
import { Connection } from './connection.ts'

// A connection of TCP and the client at its other end; both are gone after the test.
async function connect() {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  // As node:http has it: the server's side stays open when the client has closed its own.
  const server = createServer({ allowHalfOpen: true }, resolve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
  const socket = await promise
  socket.resume()
  // As node:http does.
  socket.on('error', () => {})
  onTestFinished(() => {
    client.leave()
    socket.destroy()
    server.close()
  })
  return { client, socket, connection: new Connection(socket) }
}

/** A reply that notes why it was broken off. */
class Noted implements Live {
  readonly reasons: string[] = []
  readonly aborted: Promise<void>
  readonly #aborted = Promise.withResolvers<void>()
  readonly #then: (() => void) | undefined
  // Where it can ask its client whether it is there.
  readonly #socket: Socket | undefined

  constructor(then?: () => void, socket?: Socket) {
    this.#then = then
    this.#socket = socket
    this.aborted = this.#aborted.promise
  }

  abort(reason: ClientGone | ShuttingDown): void {
    this.reasons.push(reason.code)
    this.#then?.()
    this.#aborted.resolve()
  }

  ask(): boolean {
    this.#socket?.write('0')
    return this.#socket !== undefined
  }
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<false>((resolve) => setImmediate(resolve, false)),
  ])
}

// A request that waits.
const later = Object.assign(new IncomingMessage(new Socket()), { complete: true })

describe('Connection', () => {
  it('G10: breaks every reply off when the client has left', async () => {
    const { client, socket, connection } = await connect()
    const lives = [new Noted(undefined, socket), new Noted(undefined, socket)]
    for (const live of lives) connection.add(live)
    client.leave()
    await Promise.all(lives.map((live) => live.aborted))
    expect(lives.flatMap(({ reasons }) => reasons)).toEqual(['CLIENT_GONE', 'CLIENT_GONE'])
  })

  it('G10: asks a client that has closed its side, once, and ends with the last of its replies', async () => {
    const { client, socket, connection } = await connect()
    const [one, two] = [new Noted(undefined, socket), new Noted(undefined, socket)]
    connection.add(one)
    connection.add(two)
    expect(connection.isEndingWith(two)).toBe(false)
    client.socket.end()
    await client.until('0')
    expect(connection.isEndingWith(one)).toBe(false)
    expect(connection.isEndingWith(two)).toBe(true)
    expect([...one.reasons, ...two.reasons]).toEqual([])
    socket.end()
    expect((await client.toEnd()).text).toBe('')
  })

  it('leaves a reply alone that is over', async () => {
    const { client, socket, connection } = await connect()
    const [over, live] = [new Noted(), new Noted(undefined, socket)]
    connection.add(over)
    connection.add(live)
    connection.remove(over)
    client.leave()
    await live.aborted
    expect(over.reasons).toEqual([])
  })

  it('breaks off every reply though they remove themselves meanwhile', async () => {
    const { connection } = await connect()
    const lives = [1, 2, 3].map(() => {
      const live: Noted = new Noted(() => connection.remove(live))
      return live
    })
    for (const live of lives) connection.add(live)
    connection.abort(new ShuttingDown('closing'))
    expect(lives.map(({ reasons }) => reasons)).toEqual(lives.map(() => ['SHUTTING_DOWN']))
  })

  it('listens to its socket once, whatever the number of replies', async () => {
    const { socket, connection } = await connect()
    const count = () => socket.eventNames().map((name) => socket.listenerCount(name))
    const before = count()
    for (let index = 0; index < 20; index++) connection.add(new Noted())
    expect(count()).toEqual(before)
  })

  it('G14: ends at once where it drains without a reply', async () => {
    const { client, connection } = await connect()
    await connection.drain()
    expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
  })

  it('G14: drains when the last of its replies is over, in whatever order they end', async () => {
    const { client, socket, connection } = await connect()
    const [one, two] = [new Noted(), new Noted()]
    connection.add(one)
    connection.add(two)
    const drained = connection.drain()
    connection.remove(two)
    expect(await isSettled(drained)).toBe(false)
    socket.write('last words')
    connection.remove(one)
    await drained
    expect(await client.toEnd()).toEqual({ text: 'last words', how: 'end' })
    expect([...one.reasons, ...two.reasons]).not.toContain('SHUTTING_DOWN')
  })

  it('gives the same promise each time that it is drained', async () => {
    const { connection } = await connect()
    connection.add(new Noted())
    expect(connection.drain()).toBe(connection.drain())
  })

  it('G14: ends with the last of its replies, once it drains', async () => {
    const { connection } = await connect()
    const [one, two] = [new Noted(), new Noted()]
    connection.add(one)
    connection.add(two)
    const ends = () => [one, two].map((live) => connection.isEndingWith(live))
    expect(ends()).toEqual([false, false])
    void connection.drain()
    expect(ends()).toEqual([false, true])
    connection.remove(two)
    expect(ends()).toEqual([true, false])
  })

  it('G5: has not drained when the client has left, before the sources are closed', async () => {
    const { client, socket, connection } = await connect()
    const live = new Noted(undefined, socket)
    connection.add(live)
    const drained = connection.drain()
    client.leave()
    await live.aborted
    expect(await isSettled(drained)).toBe(false)
    connection.remove(live)
    await drained
  })

  it('does not mind a reply that is removed twice, or was never there', async () => {
    const { connection } = await connect()
    const [one, two] = [new Noted(), new Noted()]
    connection.add(one)
    connection.remove(two)
    connection.remove(one)
    connection.remove(one)
    connection.add(two)
    connection.abort(new ClientGone())
    expect([one.reasons, two.reasons]).toEqual([[], ['CLIENT_GONE']])
  })
})

describe('Connection, with many requests', () => {
  it('G13: is full with so many replies; a request that waits is answered when one is over, in order', async () => {
    const { socket, connection } = await connect()
    const lives = Array.from({ length: 32 }, () => new Noted())
    for (const live of lives) {
      expect(connection.isFull).toBe(false)
      connection.add(live)
    }
    expect([connection.isFull, connection.isBusy, connection.requests]).toEqual([true, true, 32])
    const answered: string[] = []
    for (const name of ['one', 'two', 'three']) {
      connection.defer(later, () => {
        const live = new Noted()
        answered.push(name)
        connection.add(live)
        // `two` is over when it returns.
        if (name === 'two') connection.remove(live)
      })
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect([answered, socket.isPaused()]).toEqual([[], true])
    const [first, second] = lives
    if (first) connection.remove(first)
    expect([answered, socket.isPaused()]).toEqual([['one'], true])
    if (second) connection.remove(second)
    expect([answered, socket.isPaused()]).toEqual([['one', 'two', 'three'], false])
  })

  it('G13: is read no further by node:http while requests wait', async () => {
    const came = Promise.withResolvers<void>()
    const accepted: { socket?: Socket; connection?: Connection } = {}
    let count = 0
    const server = createHttpServer(() => {
      const { connection } = accepted
      if (connection?.isFull) connection.defer(later, () => {})
      else connection?.add(new Noted())
      if (++count === 50) came.resolve()
    })
    server.on('connection', (one: Socket) => {
      accepted.socket = one
      accepted.connection = new Connection(one)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const client = new RawClient(typeof address === 'object' && address ? address.port : 0)
    onTestFinished(() => {
      client.leave()
      server.close()
      server.closeAllConnections()
    })
    client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(50))
    await came.promise
    await new Promise((resolve) => setImmediate(resolve))
    expect(accepted.socket?.isPaused()).toBe(true)
  })

  it('G13: answers none of those that wait when no more are taken, and reads on', async () => {
    const { socket, connection } = await connect()
    const lives = Array.from({ length: 32 }, () => new Noted())
    for (const live of lives) connection.add(live)
    const answered: string[] = []
    connection.defer(later, () => answered.push('late'))
    await new Promise((resolve) => setImmediate(resolve))
    connection.refuse()
    expect([socket.isPaused(), connection.isEndingWith(lives[31] ?? new Noted())]).toEqual([false, true])
    for (const live of lives) connection.remove(live)
    expect([answered, socket.writableEnded]).toEqual([[], true])
  })

  it('G13: is broken off when requests behind the last come without end', async () => {
    const { socket, connection } = await connect()
    connection.add(new Noted())
    connection.refuse()
    const request = new IncomingMessage(socket)
    for (let count = 0; count < 4000; count++) connection.ignore(request)
    expect(socket.destroyed).toBe(false)
    connection.ignore(request)
    expect(socket.destroyed).toBe(true)
  })

  it('G13: is busy while a body comes that nobody reads', async () => {
    const { socket, connection } = await connect()
    const request = new IncomingMessage(socket)
    connection.receive(new ServerResponse(request))
    expect(connection.isBusy).toBe(true)
    request.complete = true
    expect(connection.isBusy).toBe(false)
  })

  it('G13: makes one reply at a time where they are of HTTP/1.0', async () => {
    const { socket, connection } = await connect()
    const request = Object.assign(new IncomingMessage(socket), { httpVersion: '1.0' })
    connection.receive(new ServerResponse(request))
    expect(connection.isFull).toBe(false)
    connection.add(new Noted())
    expect(connection.isFull).toBe(true)
  })

  it('G13: answers none of those that wait when it is broken off', async () => {
    const { connection } = await connect()
    const lives: Noted[] = []
    for (let index = 0; index < 32; index++) {
      const live: Noted = new Noted(() => connection.remove(live))
      lives.push(live)
      connection.add(live)
    }
    const answered: string[] = []
    connection.defer(later, () => answered.push('late'))
    connection.abort(new ShuttingDown())
    expect([answered, connection.isBusy]).toEqual([[], false])
  })

  it('G14: does not end while requests wait', async () => {
    const { connection } = await connect()
    const lives = Array.from({ length: 32 }, () => new Noted())
    for (const live of lives) connection.add(live)
    const late = new Noted()
    connection.defer(later, () => connection.add(late))
    const drained = connection.drain()
    const [last] = lives.slice(-1)
    expect(last && connection.isEndingWith(last)).toBe(false)
    for (const live of lives) connection.remove(live)
    expect([await isSettled(drained), connection.isEndingWith(late)]).toEqual([false, true])
    connection.remove(late)
    await drained
  })

  it.each([
    [true, '408'],
    [false, ''],
  ])('G13: whose time is over tells it to who has begun (%s), and ends', async (isBegun, status) => {
    const { client, connection } = await connect()
    connection.expire(isBegun)
    const { text } = await client.toEnd()
    expect(text.slice(9, 12)).toBe(status)
  })
})
