import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { clientAwaited, type Outcome, ShuttingDown } from 'millrace/delivery'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'

// A grace that no test comes to the end of.
const LONG = 60_000

eachDelivery(
  'G14: close() returns',
  (open, { protocol }) => {
    it('aborts a client that does not read at the deadline, visibly, and names its reply', async () => {
      const block = Buffer.alloc(1_000_000)
      let given = 0
      const over = Promise.withResolvers<Outcome>()
      await using server = await open({
        routes: {
          '/export.csv': () =>
            stream(
              async function* () {
                for (; given < 100; given++) yield block
              },
              { onClose: over.resolve },
            ),
        },
      })
      const client = server.client()
      client.pause()
      const whenAwaited = watchAwaited()
      client.get('/export.csv')
      await whenAwaited()
      const report = await server.server.close({ grace: 20 })
      expect(await over.promise).toMatchObject({ kind: 'shutdown', error: expect.any(ShuttingDown) })
      const { aborted } = report
      expect(aborted).toEqual([
        {
          method: 'GET',
          path: '/export.csv',
          protocol: protocol.startsWith('HTTP/1') ? 'HTTP/1.1' : 'HTTP/2.0',
          bytes: expect.any(Number),
          blocks: expect.any(Number),
          milliseconds: expect.any(Number),
        },
      ])
      expect(aborted[0]?.blocks).toBeGreaterThan(0)
      client.resume()
      await client.untilCut()
    })

    it('returns although a source never lets itself be closed', async () => {
      const asked = Promise.withResolvers<void>()
      const never = Promise.withResolvers<never>().promise
      const stuck = {
        [Symbol.asyncIterator]: () => stuck,
        next: () => {
          asked.resolve()
          return never
        },
        return: () => never,
      }
      await using server = await open({
        routes: { '/': () => stream(stuck, { commit: 'now', lastBlock: () => 'bye' }) },
      })
      const client = server.client()
      client.get('/')
      await asked.promise
      const closing = server.server.close({ grace: LONG })
      await client.untilChunk('bye')
      await client.untilEnd()
      expect(await closing).toMatchObject({ ended: 1, lastBlocks: 1 })
      expect(String(server.reported)).toContain('Cannot close a source')
    }, 20_000)

    it('returns although a handler never answers, a client is stuck in its request body, and says so', async () => {
      const working = Promise.withResolvers<void>()
      const reading = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/never': () => {
            working.resolve()
            return new Promise<string>(() => {})
          },
          'POST /upload': async ({ request }) => {
            reading.resolve()
            return await request.text()
          },
        },
      })
      const first = server.client()
      first.get('/never')
      const second = server.client()
      second.send('POST /upload HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n12345')
      await Promise.all([working.promise, reading.promise])
      const { aborted, ended } = await server.server.close({ grace: 1 })
      expect(ended).toBe(0)
      expect(aborted.map(({ method, path, bytes }) => [method, path, bytes]).toSorted()).toEqual([
        ['GET', '/never', 0],
        ['POST', '/upload', 0],
      ])
    }, 20_000)

    it('takes the earlier deadline when it is called again', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.untilChunk('one')
      const first = server.server.close({ grace: LONG })
      expect(server.server.close({ grace: LONG * 2 })).toBe(first)
      expect(server.server.close({ grace: 1 })).toBe(first)
      const { aborted } = await first
      expect(aborted).toHaveLength(1)
      await client.untilCut()
      expect(await server.server.closed).toEqual(await first)
    })

    it('counts what its client has left, and what failed', async () => {
      const gates = [new Gate(), new Gate()] as const
      await using server = await open({
        routes: { '/0': () => stream(gates[0]), '/1': () => stream(gates[1]) },
      })
      const clients = [server.client(), server.client()] as const
      for (const index of [0, 1] as const) {
        clients[index].get(`/${index}`)
        gates[index].open('one')
        await clients[index].untilChunk('one')
        await gates[index].whenAsked(2)
      }
      const closing = server.server.close({ grace: LONG })
      clients[0].leave()
      gates[1].fail(new Error('no paper'))
      await clients[1].untilCut()
      expect(await closing).toMatchObject({ ended: 0, broken: 2, aborted: [] })
    })

    it('takes no new connections', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      const client = server.client()
      client.get('/')
      gate.open('one')
      await client.untilChunk('one')
      const closing = server.server.close({ grace: LONG })
      const late = server.client()
      late.get('/')
      expect((await late.toEnd()).text).toBe('')
      gate.end()
      await client.untilEnd()
      await closing
    })
  },
  { isLarge: true },
)

it.each(['inline', 'thread'] as const)(
  'G14: close() returns although what a reply closes never ends, and says how the reply has ended, %s',
  async (transmitter) => {
    let closing = 0
    const gate = new Gate()
    await using server = await openTestServer({
      transmitter,
      routes: {
        '/export.csv': ({ onClose }) => {
          // Each of them has 3 s.
          for (let count = 0; count < 6; count++) onClose(() => (closing++, new Promise(() => {})))
          return stream(gate)
        },
      },
    })
    const client = server.client()
    client.get('/export.csv')
    gate.open('one')
    await client.untilChunk('one')
    const { aborted, ended, broken } = await server.server.close({ grace: 1 })
    expect([ended, broken]).toEqual([0, 0])
    expect(aborted).toMatchObject([{ path: '/export.csv', bytes: 3, blocks: 1 }])
    // The others are called all the same, but not waited for.
    expect(closing).toBeLessThan(6)
    await client.untilCut()
  },
)

// Resolves when a source is not asked, as its client does not read.
function watchAwaited(): () => Promise<void> {
  const awaited = Promise.withResolvers<void>()
  const onAwaited = () => awaited.resolve()
  clientAwaited.subscribe(onAwaited)
  return async () => {
    await awaited.promise
    clientAwaited.unsubscribe(onAwaited)
  }
}

eachDelivery(
  'G4, at the deadline',
  (open) => {
    it('a failed body that is ended by closing is reset, though the server closes before it was', async () => {
      using moments = new Moments()
      await using server = await open({
        routes: {
          '/': () =>
            stream(function* () {
              yield 'one'
              throw new Error('failed on purpose')
            }),
        },
      })
      const client = server.client()
      client.getOld('/')
      await moments.when('millrace:reply-closed')
      await server.close({ grace: 0 })
      expect((await client.toEnd()).how).toBe('reset')
    })
  },
  { protocols: 'http1', isLarge: true },
)

eachDelivery('G14, of a client that leaves as the server closes', (open) => {
  it('is told by its departure, and not waited for', async () => {
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate, { lastBlock: () => 'bye' }) } })
    const client = server.client()
    client.get('/')
    gate.open('one')
    await client.untilChunk('one')
    client.leave()
    const { aborted } = await server.server.close({ grace: LONG })
    expect(aborted).toEqual([])
  })
})
