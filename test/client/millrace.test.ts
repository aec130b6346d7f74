import { expect, it } from 'vitest'
import { stream } from 'millrace'
import type { Connection, OutgoingRequest } from '../../src/client/connection.ts'
import { openConnection } from '../../src/client/open-connection.ts'
import { testCertificate } from '../support/connect-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { RecordReply } from '../support/record-reply.ts'
import type { TestServer } from '../support/test-server.ts'

function get(connection: Connection, target: string, more: Partial<OutgoingRequest> = {}) {
  const reply = new RecordReply()
  const exchange = connection.send({ method: 'GET', target, authority: 'localhost', ...more }, reply)
  return { reply, exchange }
}

eachDelivery(
  'client',
  (open, { isHttp1, framing }) => {
    const connect = (server: TestServer): Promise<Connection> =>
      openConnection(new URL(server.url), {
        protocol: isHttp1 ? 'HTTP/1.1' : 'HTTP/2',
        ca: testCertificate.cert,
      })

    it('G1: tells each block as one piece before the application makes the next', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      await using connection = await connect(server)
      const { reply } = get(connection, '/')
      for (const [index, block] of ['one', 'two', 'three'].entries()) {
        gate.open(block)
        await reply.whenTold(index + 2)
      }
      gate.end()
      await reply.whenEnded()
      expect(reply.events).toEqual(['head 200', 'piece one', 'piece two', 'piece three', 'end complete true'])
      expect(reply.heads[0]?.framing).toEqual({ kind: framing })
    })

    it('G4: tells that a failed body was cut, and where', async () => {
      const gate = new Gate()
      await using server = await open({ routes: { '/': () => stream(gate) } })
      await using connection = await connect(server)
      const { reply } = get(connection, '/')
      gate.open('one')
      await reply.whenTold(2)
      gate.fail(new Error('broken'))
      const ending = await reply.whenEnded()
      expect(ending).toMatchObject({
        kind: 'cut',
        message: expect.stringContaining('after 3 bytes of the body'),
      })
    })

    it('G7: takes HEAD, 204 and 304 for whole, and goes on with the same connection', async () => {
      const empty = (status: number) => (): Response => new Response(null, { status })
      const routes = { '/': () => 'hello', '/204': empty(204), '/304': empty(304) }
      await using server = await open({ routes })
      await using connection = await connect(server)
      for (const [target, method] of [
        ['/', 'HEAD'],
        ['/204', 'GET'],
        ['/304', 'GET'],
        ['/', 'GET'],
      ] as const) {
        const { reply } = get(connection, target, { method })
        await reply.whenEnded()
        expect(reply.events.at(-1)).toBe('end complete true')
        expect([reply.text, reply.extras]).toEqual([method === 'GET' && target === '/' ? 'hello' : '', []])
      }
    })

    it('G10: leaves, and the source is closed', async () => {
      const gate = new Gate()
      const { promise: isClosed, resolve } = Promise.withResolvers<void>()
      await using server = await open({ routes: { '/': () => stream(gate, { onClose: () => resolve() }) } })
      await using connection = await connect(server)
      const { reply, exchange } = get(connection, '/')
      gate.open('one')
      await reply.whenTold(2)
      exchange.leave()
      await isClosed
      expect(gate.closed).toBe(1)
      expect(reply.events.at(-1)).toBe('end left')
    })

    it.runIf(isHttp1)('G8: asks with HTTP/1.0, and tells an end by closing from a cut', async () => {
      const gate = new Gate()
      const routes = { '/': () => stream(['one', 'two']), '/fails': () => stream(gate) }
      await using server = await open({ routes })
      const ask = { protocol: 'HTTP/1.0', ca: testCertificate.cert } as const
      await using whole = await openConnection(new URL(server.url), ask)
      const one = get(whole, '/').reply
      expect(await one.whenEnded()).toMatchObject({ kind: 'complete', isSure: false })
      expect([one.text, one.heads[0]?.framing]).toEqual(['onetwo', { kind: 'close' }])
      await using cut = await openConnection(new URL(server.url), ask)
      const two = get(cut, '/fails').reply
      gate.open('one')
      await two.whenTold(2)
      gate.fail(new Error('broken'))
      expect(await two.whenEnded()).toMatchObject({ kind: 'cut', by: 'reset' })
    })
  },
  { isLarge: true },
)
