// On HTTP/2 a client can give up one reply, and keep its connection.
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { type Block, push, stream } from 'millrace'
import { ClientGone, type Outcome } from 'millrace/delivery'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import type { Http2Client } from '../support/http2-client.ts'
import { Moments } from '../support/moments.ts'

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

// The reply that was given up is passed by; the connection answers the next.
async function expectNext(client: Http2Client): Promise<void> {
  client.get('/next')
  client.skip()
  expect(await client.reply()).toMatchObject({ text: 'next', isComplete: true })
  expect(client.goAway).toBeUndefined()
}

const codes = { NO_ERROR: 0, CANCEL: 8 } as const

eachDelivery(
  'G10, RST_STREAM',
  (open) => {
    it.each(Object.entries(codes))(
      'G10: a reply that is given up with %s before its head aborts signal',
      async (_, code) => {
        const handling = Promise.withResolvers<void>()
        const over = Promise.withResolvers<unknown>()
        await using server = await open({
          routes: {
            '/': async ({ signal }) => {
              handling.resolve()
              await aborted(signal)
              over.resolve(signal.reason)
              return 'nobody reads this'
            },
            '/next': () => 'next',
          },
        })
        const client = server.http2Client()
        client.get('/')
        await handling.promise
        client.cancel(code)
        expect(await over.promise).toBeInstanceOf(ClientGone)
        await expectNext(client)
        expect(server.reported).toEqual([])
      },
    )

    it.each(Object.entries(codes))(
      'G10: a reply that is given up with %s stops a parked source',
      async (_, code) => {
        const gate = new Gate()
        const over = Promise.withResolvers<Outcome>()
        await using server = await open({
          routes: { '/': () => stream(gate, { onClose: over.resolve }), '/next': () => 'next' },
        })
        const client = server.http2Client()
        client.get('/')
        gate.open('one')
        await client.untilChunk('one')
        await gate.whenAsked(2)
        client.cancel(code)
        expect(await over.promise).toMatchObject({ kind: 'client-gone', bytes: 3, blocks: 1 })
        expect(gate).toMatchObject({ asked: 2, closed: 1 })
        await expectNext(client)
        expect(server.reported).toEqual([])
      },
    )

    it('G10: a reply that is given up stops a source that never waits', async () => {
      const over = Promise.withResolvers<Outcome>()
      let closed = 0
      function* endless(): Generator<Block> {
        try {
          for (;;) yield 'block'
        } finally {
          closed++
        }
      }
      await using server = await open({
        routes: { '/': () => stream(endless, { onClose: over.resolve }), '/next': () => 'next' },
      })
      const client = server.http2Client()
      client.get('/')
      await client.until('block')
      client.cancel()
      expect((await over.promise).kind).toBe('client-gone')
      expect(closed).toBe(1)
      await expectNext(client)
      expect(server.reported).toEqual([])
    })

    it('G10: a reply that is given up while its window is shut stops the source', async () => {
      using moments = new Moments()
      const over = Promise.withResolvers<Outcome>()
      function* endless(): Generator<Block> {
        for (;;) yield Buffer.alloc(65_536)
      }
      await using server = await open({
        routes: { '/': () => stream(endless, { onClose: over.resolve }), '/next': () => 'next' },
      })
      const client = server.http2Client()
      client.holdWindows()
      client.get('/')
      await moments.when('millrace:client-awaited')
      client.cancel()
      expect((await over.promise).kind).toBe('client-gone')
      await expectNext(client)
      expect(server.reported).toEqual([])
    })

    it('G10: write() rejects when its reply is given up, and the others go on', async () => {
      const gate = new Gate()
      const result = Promise.withResolvers<unknown>()
      await using server = await open({
        routes: {
          '/': () =>
            push(async (out) => {
              await out.write('one')
              await aborted(out.signal)
              await out.write('two').catch(result.resolve)
            }),
          '/live': () => stream(gate),
        },
      })
      const client = server.http2Client()
      client.get('/')
      client.get('/live')
      await client.untilChunk('one')
      client.cancel()
      expect(await result.promise).toMatchObject({
        message: expect.stringContaining('Cannot write a block: the body is closed'),
      })
      client.skip()
      for (const block of ['a', 'b']) {
        gate.open(block)
        await client.untilChunk(block)
      }
      gate.end()
      expect(await client.reply()).toMatchObject({ text: 'ab', isComplete: true })
      expect(server.reported).toEqual([])
    })

    it('G10: every reply of a connection that goes is closed', async () => {
      const gates = [new Gate(), new Gate(), new Gate()]
      await using server = await open({
        routes: { '/:index': ({ params }) => stream(gates[Number(params['index'])] ?? []) },
      })
      const client = server.http2Client()
      for (const [index, gate] of gates.entries()) {
        client.get(`/${index}`)
        gate.open('one')
      }
      for (const gate of gates) {
        await client.untilChunk('one')
        await gate.whenAsked(2)
        client.skip()
      }
      client.leave()
      await server.close()
      expect(gates.map(({ asked, closed }) => [asked, closed])).toEqual([
        [2, 1],
        [2, 1],
        [2, 1],
      ])
      expect(server.reported).toEqual([])
    })
  },
  { protocols: 'http2' },
)
