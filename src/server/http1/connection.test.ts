import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
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

  constructor(then?: () => void) {
    this.#then = then
    this.aborted = this.#aborted.promise
  }

  abort(reason: ClientGone | ShuttingDown): void {
    this.reasons.push(reason.code)
    this.#then?.()
    this.#aborted.resolve()
  }
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<false>((resolve) => setImmediate(resolve, false)),
  ])
}

describe('Connection', () => {
  it.each(['leave', 'half-close'] as const)(
    'G10: breaks every reply off when the client does %s',
    async (how) => {
      const { client, connection } = await connect()
      const lives = [new Noted(), new Noted()]
      for (const live of lives) connection.add(live)
      if (how === 'leave') client.leave()
      else client.socket.end()
      await Promise.all(lives.map((live) => live.aborted))
      expect(lives.flatMap(({ reasons }) => reasons)).toEqual(['CLIENT_GONE', 'CLIENT_GONE'])
    },
  )

  it('leaves a reply alone that is over', async () => {
    const { client, connection } = await connect()
    const [over, live] = [new Noted(), new Noted()]
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
    const { client, connection } = await connect()
    const live = new Noted()
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
