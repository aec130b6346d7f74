import { expect, it } from 'vitest'
import { internalRedirect, stream } from 'millrace'
import { ReplyTimes, type WatchedEnd, WatchedReplies } from '../../src/observe/watched-replies.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'

const fail = (): never => {
  throw new Error('expected')
}

/** Every reply that has begun, and every one that has ended. */
class Ledger {
  readonly begun: ReplyTimes[] = []
  readonly ended: WatchedEnd[] = []
  readonly replies: WatchedReplies<ReplyTimes>

  constructor() {
    this.replies = new WatchedReplies({
      task: 'keep the ledger',
      read: (request) => {
        const times = new ReplyTimes(request)
        this.begun.push(times)
        return times
      },
      closed: (_times, end) => void this.ended.push(end),
    })
  }

  [Symbol.dispose](): void {
    this.replies.stop()
  }
}

eachDelivery(
  'one request, one reply',
  (open) => {
    it.each([
      ['GET', '/plain', '', { status: 200, route: '/plain' }, 'complete'],
      ['GET', '/bytes', '', { status: 200, route: '/bytes' }, 'complete'],
      ['HEAD', '/plain', '', { status: 200, route: '/plain' }, 'complete'],
      ['GET', '/stream', '', { status: 200, route: '/stream' }, 'complete'],
      ['GET', '/none', '', { status: 404, route: undefined }, 'complete'],
      ['DELETE', '/get', '', { status: 405, route: undefined }, 'complete'],
      ['OPTIONS', '/get', '', { status: 204, route: undefined }, 'complete'],
      ['TRACE', '/plain', '', { status: 405, route: undefined }, 'complete'],
      ['GET', '/throws', '', { status: 500, route: '/throws' }, 'refused'],
      ['GET', '/long/%ff', '', { status: 400, route: undefined }, 'complete'],
      ['GET', '/redirects', '', { status: 200, route: '/plain', path: '/plain' }, 'complete'],
      ['POST', '/plain', 'Content-Length: 100000', { status: 413 }, 'complete'],
    ])('%s %s %s is told once', async (method, path, field, message, kind) => {
      using ledger = new Ledger()
      using moments = new Moments()
      await using server = await open({
        maxRequestBytes: 100,
        routes: {
          '/plain': () => 'plain',
          '/bytes': () => new Uint8Array(3),
          '/stream': () => stream(['a', 'b']),
          '/get': { GET: () => 'x' },
          '/long/:x': () => 'x',
          '/throws': fail,
          '/redirects': () => {
            throw internalRedirect('/plain')
          },
        },
      })
      const client = server.client()
      client.request(method, path, ...(field ? [field] : []))
      await client.reply(method)
      await moments.when('millrace:reply-closed')
      await server.close({ grace: 1 })
      expect(ledger.begun.map(({ request }) => request)).toMatchObject([{ method, path }])
      expect(ledger.ended).toMatchObject([{ method, path, ...message, outcome: { kind }, errors: [] }])
      expect(ledger.ended[0]?.reply).toBe(ledger.begun[0]?.request.reply)
      expect(ledger.replies.inFlight.size).toBe(0)
    })

    it('is told as refused where the error page has failed too', async () => {
      using ledger = new Ledger()
      using moments = new Moments()
      await using server = await open({ errorPages: { default: fail }, routes: { '/': fail } })
      const client = server.client()
      client.get('/')
      await client.reply()
      await moments.when('millrace:reply-closed')
      expect(ledger.ended).toMatchObject([{ status: 500, outcome: { kind: 'refused' } }])
    })

    it('keeps nothing of many replies, whatever becomes of them', async () => {
      using ledger = new Ledger()
      using moments = new Moments()
      const gates: Gate[] = []
      const open1 = () => {
        const gate = new Gate()
        gates.push(gate)
        return stream(gate)
      }
      await using server = await open({ routes: { '/gate': open1, '/plain': () => 'x', '/throws': fail } })
      for (let round = 0; round < 5; round++) {
        const left = server.client()
        left.get('/gate')
        gates.at(-1)?.open('one')
        const client = server.client()
        for (const path of ['/plain', '/throws', '/none']) {
          client.get(path)
          await client.reply()
        }
        left.leave()
      }
      await moments.when('millrace:request-read', 20)
      await server.close({ grace: 0 })
      expect(ledger.begun).toHaveLength(20)
      expect(ledger.ended).toHaveLength(20)
      expect(new Set(ledger.ended.map(({ reply }) => reply)).size).toBe(20)
      expect(ledger.replies.inFlight.size).toBe(0)
    })
  },
  { isLarge: true },
)

eachDelivery(
  'one request that cannot be read, one reply',
  (open) => {
    it.each([
      ['GET http://[bad/ HTTP/1.1\r\nHost: x\r\n\r\n', 'http://[bad/'],
      ['GET /x?secret HTTP/1.1\r\nHost: <bad>\r\n\r\n', '/x'],
    ])('%j is told with its path as it was sent', async (text, path) => {
      using ledger = new Ledger()
      using moments = new Moments()
      await using server = await open({ routes: { '/x': () => 'x' } })
      const client = server.client()
      client.send(text)
      expect((await client.reply()).status).toBe(400)
      await moments.when('millrace:reply-closed')
      const [begun] = ledger.begun
      expect(begun?.request).toMatchObject({ method: 'GET', path, route: undefined, context: undefined })
      expect(begun?.request).toMatchObject({ protocol: 'HTTP/1.1', remoteAddress: '127.0.0.1' })
      expect(ledger.ended).toMatchObject([{ path, status: 400, outcome: { kind: 'complete' } }])
      expect(ledger.replies.inFlight.size).toBe(0)
    })
  },
  { protocols: 'http1', isLarge: true },
)
