import { once } from 'node:events'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { type Block, channel, sse, stream } from 'millrace'
import type { Context } from 'millrace/context'
import { Draining, type Outcome } from 'millrace/delivery'
import { compress } from 'millrace/middleware'
import { mapBlocks } from 'millrace/reply'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

// A grace that no test comes to the end of.
const LONG = 60_000

eachDelivery(
  'G14: close()',
  (open, { isHttp1 }) => {
    it('tells live replies, which end by themselves, and says so', async () => {
      const told = Promise.withResolvers<unknown>()
      await using server = await open({
        routes: {
          '/live': ({ draining }: Context) =>
            stream(async function* () {
              yield 'one'
              if (!draining.aborted) await once(draining, 'abort')
              told.resolve(draining.reason)
              yield 'bye'
            }),
        },
      })
      const client = server.client()
      client.get('/live')
      await client.untilChunk('one')
      const closing = server.server.close({ grace: LONG })
      expect(await told.promise).toBeInstanceOf(Draining)
      await client.untilChunk('bye')
      await client.untilEnd()
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 0, broken: 0, aborted: [] })
      expect(server.reported).toEqual([])
    })

    it('has aborted `draining` already for a request that comes after it', async () => {
      const gate = new Gate()
      const working = Promise.withResolvers<void>()
      const goOn = Promise.withResolvers<void>()
      const seen: unknown[] = []
      await using server = await open({
        routes: {
          '/late': async (context) => {
            working.resolve()
            await goOn.promise
            seen.push(context.draining.aborted, context.draining.reason, context.signal.aborted)
            return stream(gate, { lastBlock: () => 'bye' })
          },
        },
      })
      const client = server.client()
      client.get('/late')
      await working.promise
      const closing = server.server.close({ grace: LONG })
      goOn.resolve()
      // It has not begun: its first block may still be an error. Then it ends.
      await gate.whenAsked(1)
      expect(seen).toEqual([true, expect.any(Draining), false])
      gate.open('one')
      const { text, isComplete, headers } = await client.reply()
      expect([text, isComplete]).toEqual(['onebye', true])
      if (isHttp1) expect(headers.get('connection')).toBe('close')
      expect(gate.closed).toBe(1)
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1 })
    })

    it('ends a parked source with its last block at once, and closes it', async () => {
      const gate = new Gate()
      const over = Promise.withResolvers<Outcome>()
      await using server = await open({
        routes: { '/': () => stream(gate, { lastBlock: () => 'bye', onClose: over.resolve }) },
      })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.untilChunk('one')
      await gate.whenAsked(2)
      const closing = server.server.close({ grace: LONG })
      await client.untilChunk('bye')
      await client.untilEnd()
      expect(await over.promise).toEqual({ kind: 'complete', isDrained: true, bytes: 6, blocks: 2 })
      expect(gate.closed).toBe(1)
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1, aborted: [] })
      expect(server.reported).toEqual([])
    })

    it('ends a busy source between two blocks, never in one', async () => {
      let blocks = 0
      const closed = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/': () =>
            stream(
              function* () {
                try {
                  for (;;) yield `block ${blocks++};`
                } finally {
                  closed.resolve()
                }
              },
              { lastBlock: () => 'bye' },
            ),
        },
      })
      const client = server.client()
      client.get('/')
      await client.until('block 1;')
      const closing = server.server.close({ grace: LONG })
      const text = `${(await client.untilEnd()).replaceAll(/[^ ;a-z0-9]/g, '')}`
      expect(text).toContain('bye')
      await closed.promise
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1 })
    })

    it('asks the reply first, then `close`, and gives the context', async () => {
      const gates = { own: new Gate(), other: new Gate() }
      const asked: string[] = []
      await using server = await open({
        routes: {
          '/own': () => stream(gates.own, { lastBlock: () => 'own' }),
          '/other': () => stream(gates.other, { lastBlock: () => undefined }),
        },
        drain: { lastBlock: () => 'never asked' },
      })
      const own = server.client()
      own.get('/own')
      gates.own.open('one')
      await own.untilChunk('one')
      const other = server.client()
      other.get('/other')
      gates.other.open('one')
      await other.untilChunk('one')
      const lastBlock = ({ path }: Context): Block => {
        asked.push(path)
        return `last of ${path}`
      }
      const closing = server.server.close({ grace: LONG, lastBlock })
      await own.untilChunk('own')
      await other.untilChunk('last of /other')
      expect(asked).toEqual(['/other'])
      await Promise.all([own.untilEnd(), other.untilEnd()])
      expect(await closing).toMatchObject({ ended: 2, lastBlocks: 2 })
    })

    it('lets a reply go on that has no last block, and one of an announced length', async () => {
      const gates = { open: new Gate(), sized: new Gate() }
      const asked = Promise.withResolvers<string>()
      await using server = await open({
        routes: {
          '/open': () => stream(gates.open),
          '/sized': () => stream(gates.sized, { headers: { 'content-length': '6' }, lastBlock: () => 'x' }),
        },
        drain: { lastBlock: ({ path }) => void asked.resolve(path) },
      })
      const clients = [server.client(), server.client()] as const
      const [first, second] = clients
      first.get('/open')
      gates.open.open('one')
      await first.until('one')
      second.get('/sized')
      gates.sized.open('one')
      await second.until('one')
      const closing = server.server.close({ grace: LONG })
      expect(await asked.promise).toBe('/open')
      gates.open.open('two')
      gates.open.end()
      gates.sized.open('two')
      await first.until('two')
      await first.untilEnd()
      expect(await second.until('two')).toContain('two')
      expect(await closing).toMatchObject({ ended: 2, lastBlocks: 0 })
    })

    it('reports a last block that cannot be had, and lets the reply go on', async () => {
      const gates = [new Gate(), new Gate()] as const
      const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
      const [notABlock] = JSON.parse('[7]')
      await using server = await open({
        routes: {
          '/throws': () => stream(gates[0], { lastBlock: () => fail(asked[0].resolve) }),
          '/wrong': () => stream(gates[1]),
        },
        drain: {
          lastBlock: () => {
            asked[1].resolve()
            return notABlock
          },
        },
      })
      const clients = [server.client(), server.client()] as const
      for (const [index, path] of ['/throws', '/wrong'].entries()) {
        clients[index === 0 ? 0 : 1].get(path)
        const gate = gates[index === 0 ? 0 : 1]
        gate.open('one')
        await clients[index === 0 ? 0 : 1].untilChunk('one')
        await gate.whenAsked(2)
      }
      const closing = server.server.close({ grace: LONG })
      await Promise.all(asked.map(({ promise }) => promise))
      expect(server.reported.map(String)).toEqual([
        'Error: no paper',
        expect.stringContaining('TypeError: Cannot send a block that is a number (7)'),
      ])
      for (const gate of gates) gate.end()
      for (const client of clients) await client.untilEnd()
      expect(await closing).toMatchObject({ ended: 2, lastBlocks: 0 })
    })

    it('ends streams of events, and tells their clients when to come back', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/events': () => sse(gate, { drainRetry: [7, 7] }) } })
      const client = server.client()
      client.get('/events')
      gate.open('one')
      await client.untilChunk('data: one\n\n')
      await gate.whenAsked(2)
      const closing = server.server.close({ grace: LONG })
      await client.untilChunk('retry: 7\n\n')
      await client.untilEnd()
      expect(gate.closed).toBe(1)
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1 })
    })

    it('loses no event that a channel was sent before', async () => {
      const news = channel()
      await using server = await open({
        routes: { '/news': (context) => news.open(context, { drainRetry: 7 }) },
      })
      const client = server.client()
      client.get('/news')
      await client.until('\r\n\r\n')
      news.send({ id: '1', data: 'first' })
      await client.until('data: first\n\n')
      news.send({ id: '2', data: 'second' })
      const closing = server.server.close({ grace: LONG })
      await client.until('data: second\n\n')
      await client.until('retry: 7\n\n')
      await client.untilEnd()
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1 })
      expect(news.readers).toBe(0)
    })

    it('finishes the encoding of a compressed body after its last block', async () => {
      const gate = new Gate()
      await using server = await open({
        use: [compress()],
        routes: {
          '/': () => mapBlocks(stream(gate, { lastBlock: () => 'bye' }), (block) => `<${String(block)}>`),
        },
      })
      const client = server.client()
      client.get('/', 'Accept-Encoding: gzip')
      gate.open('one')
      await gate.whenAsked(2)
      const closing = server.server.close({ grace: LONG })
      const { body, headers, isComplete } = await client.reply()
      expect([headers.get('content-encoding'), isComplete]).toEqual(['gzip', true])
      // It throws for an encoding that is not finished.
      expect(String(gunzipSync(body))).toBe('<one><bye>')
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1 })
      expect(server.reported).toEqual([])
    })

    it('does not ask where the body is collected', async () => {
      const working = Promise.withResolvers<void>()
      const goOn = Promise.withResolvers<void>()
      let asked = 0
      await using server = await open({
        routes: {
          '/': async () => {
            working.resolve()
            await goOn.promise
            return ['buffered']
          },
        },
        drain: { lastBlock: () => `${asked++}` },
      })
      const client = server.client()
      client.get('/')
      await working.promise
      const closing = server.server.close({ grace: LONG })
      goOn.resolve()
      expect((await client.reply()).text).toBe('buffered')
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 0 })
      expect(asked).toBe(0)
    })
  },
  { isLarge: true },
)

function fail(tell: () => void): never {
  tell()
  throw new Error('no paper')
}
