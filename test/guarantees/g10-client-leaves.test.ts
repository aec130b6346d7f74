import { once } from 'node:events'
import { expect, it } from 'vitest'
import { type Block, currentContext, push, stream } from 'millrace'
import { ClientGone, type Outcome } from 'millrace/delivery'
import { isSecure } from '../support/connect-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openNoticing } from '../support/open-noticing.ts'
import type { TestClient } from '../support/test-client.ts'

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

// More than any source gives in the few turns of the event loop in which a departure is noticed.
const NOTICED_WITHIN = 500_000

function* repeat(blocks: readonly Block[], closed: (given: number) => void): Generator<Block> {
  let given = 0
  try {
    for (; ; given += blocks.length) yield* blocks
  } finally {
    closed(given)
  }
}

async function* repeatAsync(
  blocks: readonly Block[],
  closed: (given: number) => void,
): AsyncGenerator<Block> {
  yield* repeat(blocks, closed)
}

const departures: Record<string, (client: TestClient) => void> = {
  'by closing': (client) => client.leave(),
  'by a reset': (client) => client.socket.resetAndDestroy(),
}

eachDelivery('G10', (openServer, way) => {
  const open = openNoticing(openServer, way)
  // Node resets no socket of TLS.
  const hows = Object.entries(departures).filter(([how]) => how === 'by closing' || !isSecure(way.protocol))

  it.each(hows)('G10: a client that leaves %s before the head aborts signal [STA-007]', async (_, leave) => {
    const handling = Promise.withResolvers<void>()
    const over = Promise.withResolvers<unknown>()
    await using server = await open({
      routes: {
        '/': async ({ signal, request, onClose }) => {
          expect(onClose).toBeTypeOf('function')
          handling.resolve()
          await aborted(request.signal)
          over.resolve(signal.reason)
          return 'nobody reads this'
        },
      },
    })
    const client = server.client()
    client.get('/')
    await handling.promise
    leave(client)
    expect(await over.promise).toBeInstanceOf(ClientGone)
    await server.close()
    expect(server.reported).toEqual([])
  })

  it('G10: a client that leaves while a body that has failed is closed is noticed, and the reply is over', async () => {
    const closing = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    const over = Promise.withResolvers<AbortSignal>()
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('no such table')),
        return: () => Promise.resolve({ done: true as const, value: undefined }),
      }),
      async [Symbol.asyncDispose]() {
        closing.resolve()
        await closed.promise
      },
    }
    await using server = await open({
      routes: {
        '/': ({ signal }) => {
          over.resolve(signal)
          return stream(source)
        },
      },
    })
    const client = server.client()
    client.get('/')
    await closing.promise
    client.leave()
    await aborted(await over.promise)
    closed.resolve()
    expect(await server.close({ grace: 60_000 })).toMatchObject({ aborted: [] })
    expect(server.reported).toMatchObject([{ message: 'no such table' }])
  })

  it('G10: a handler that fails because its client has left is not reported', async () => {
    const handling = Promise.withResolvers<void>()
    const over = Promise.withResolvers<void>()
    await using server = await open({
      routes: {
        '/': async (context) => {
          context.onClose(() => over.resolve())
          handling.resolve()
          await aborted(context.signal)
          throw context.signal.reason
        },
      },
    })
    const client = server.client()
    client.get('/')
    await handling.promise
    client.leave()
    await over.promise
    await server.close()
    expect(server.reported).toEqual([])
  })

  it('G10: a reply that comes after its client has left is closed, not started', async () => {
    const handling = Promise.withResolvers<void>()
    const gate = new Gate()
    await using server = await open({
      routes: {
        '/': async (context) => {
          handling.resolve()
          await aborted(context.signal)
          return stream(gate)
        },
      },
    })
    const client = server.client()
    client.get('/')
    await handling.promise
    client.leave()
    await server.close()
    expect(gate).toMatchObject({ asked: 0, closed: 1 })
  })

  it.each(hows)(
    'G10: a client that leaves %s stops a parked source [GAP-008, GAP-025, GAP-026, DJG-024]',
    async (_, leave) => {
      const gate = new Gate()
      const over = Promise.withResolvers<Outcome>()
      let signal: AbortSignal | undefined
      await using server = await open({
        routes: {
          '/': (context) => {
            signal = context.signal
            return stream(gate, { onClose: over.resolve })
          },
        },
      })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.untilChunk('one')
      await gate.whenAsked(2)
      leave(client)
      expect(await over.promise).toMatchObject({ kind: 'client-gone', bytes: 3, blocks: 1 })
      expect(signal?.aborted).toBe(true)
      expect(gate).toMatchObject({ asked: 2, closed: 1 })
      expect(server.reported).toEqual([])
    },
  )

  const endless: Record<string, (closed: (given: number) => void) => Iterable<Block> | AsyncIterable<Block>> =
    {
      'small blocks without an await': (closed) => repeat(['block'], closed),
      'large blocks': (closed) => repeat([Buffer.alloc(4 << 20)], closed),
      'small blocks of an async generator': (closed) => repeatAsync(['block'], closed),
      'empty blocks now and then': (closed) => repeat(['', 'block', [], ''], closed),
    }

  it.each(Object.entries(endless))(
    'G10: a client that leaves stops an endless source of %s [GAP-012, STA-006]',
    async (_, make) => {
      const over = Promise.withResolvers<Outcome>()
      const closed: number[] = []
      await using server = await open({
        routes: { '/': () => stream(() => make((given) => closed.push(given)), { onClose: over.resolve }) },
      })
      const client = server.client()
      client.get('/')
      await client.until('\r\n\r\n')
      client.leave()
      expect((await over.promise).kind).toBe('client-gone')
      expect(closed).toHaveLength(1)
      expect(closed[0]).toBeLessThan(NOTICED_WITHIN)
      expect(server.reported).toEqual([])
    },
  )

  it('G10: a client that leaves in the middle of a large block, unread, stops the source', async () => {
    using moments = new Moments()
    const over = Promise.withResolvers<Outcome>()
    let finished = 0
    function* source(): Generator<Block> {
      try {
        for (;;) yield Buffer.alloc(64 << 20)
      } finally {
        finished++
      }
    }
    await using server = await open({ routes: { '/': () => stream(source, { onClose: over.resolve }) } })
    const client = server.client()
    client.pause()
    client.get('/')
    await moments.when('millrace:client-awaited')
    client.leave()
    expect((await over.promise).kind).toBe('client-gone')
    expect(finished).toBe(1)
    expect(server.reported).toEqual([])
  })

  it('G10: write() rejects and out.signal aborts when the client has left', async () => {
    const result = Promise.withResolvers<unknown>()
    await using server = await open({
      routes: {
        '/': () =>
          push(async (out) => {
            await out.write('one')
            await aborted(out.signal)
            await out.write('two').catch(result.resolve)
          }),
      },
    })
    const client = server.client()
    client.get('/')
    await client.until('one')
    client.leave()
    expect(await result.promise).toMatchObject({
      message: expect.stringContaining('Cannot write a block: the body is closed'),
    })
    await server.close()
    expect(server.reported).toEqual([])
  })

  it('G10: every pipelined reply of a client that leaves is closed', async () => {
    const gates = [new Gate(), new Gate(), new Gate()]
    await using server = await open({
      routes: { '/:index': ({ params }) => stream(gates[Number(params['index'])] ?? new Gate()) },
    })
    const client = server.client()
    for (const index of gates.keys()) client.get(`/${index}`)
    gates[0]?.open('one')
    await client.untilChunk('one')
    client.leave()
    await server.close()
    expect(gates.map(({ closed }) => closed)).toEqual([1, 1, 1])
    if (way.isHttp1) expect(gates.map(({ asked }) => asked)).toEqual([2, 0, 0])
    expect(server.reported).toEqual([])
  })

  it('G10: a client that leaves while it sends its body aborts the read', async () => {
    const reading = Promise.withResolvers<void>()
    const over = Promise.withResolvers<unknown>()
    await using server = await open({
      routes: {
        'POST /': async ({ request }) => {
          const body = request.body?.getReader()
          await body?.read()
          reading.resolve()
          await body?.read().catch(over.resolve)
          expect(currentContext().signal.aborted).toBe(true)
          return 'nobody reads this'
        },
      },
    })
    const client = server.client()
    client.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf')
    await reading.promise
    client.leave()
    expect(await over.promise).toBeInstanceOf(Error)
    await server.close()
    expect(server.reported).toEqual([])
  })
})
