// RFC 9112 §9.6: behind the reply that ends a connection nothing is a request. Its client may send it again elsewhere, so
// it must not have been processed; and what was processed must be answered.
import { describe, expect, it } from 'vitest'
import { stream } from 'millrace'
import type { Context } from 'millrace/context'
import type { ServeOptions } from 'millrace/server'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import type { TestClient } from '../support/test-client.ts'
import type { TestServer } from '../support/test-server.ts'

const LONG = 60_000

const toGet = (path: string, ...fields: string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'Host: test', ...fields].join('\r\n')}\r\n\r\n`

const toPost = (path: string, body: string, ...fields: string[]) =>
  `${[`POST ${path} HTTP/1.1`, 'Host: test', `Content-Length: ${body.length}`, ...fields].join('\r\n')}\r\n\r\n${body}`

const behind = toPost('/ran', '')

/** Each reply that came: its status, and what it says of the connection. */
function toReplies(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}).*?\r\nconnection: ([-a-z]+)\r\n/gis)].map(
    ([, status, connection]) => `${status} ${connection}`,
  )
}

/** Begins to close, and waits until those who ask are told so. */
async function leave({ server, client }: Pick<TestServer, 'server' | 'client'>): Promise<void> {
  void server.close({ delay: LONG })
  const isLast = async () => {
    const other = client()
    other.get('/')
    return (await other.reply()).headers.get('connection') === 'close'
  }
  await expect.poll(isLast, { timeout: 5000 }).toBe(true)
}

eachDelivery(
  'G13: behind the last reply of a connection',
  (open) => {
    /** What is held, what runs, and a server of both. */
    async function setUp(options: Partial<ServeOptions> = {}) {
      const gate = new Gate()
      const ran: string[] = []
      const server = await open({
        ...options,
        routes: {
          '/': () => 'hello',
          '/live': () => stream(gate),
          '/ran': ({ method }: Context) => {
            ran.push(method)
            return 'ran'
          },
        },
      })
      const client = () => server.client()
      return { gate, ran, server, client }
    }

    it.each<[string, Partial<ServeOptions>, string]>([
      ['of a server that drains', {}, toGet('/live')],
      ['where enough connections are idle', { maxIdleConnections: 0 }, toGet('/live')],
      ['to who was never told to continue', {}, toPost('/live', 'body', 'Expect: 100-continue')],
      ['to who asks for an upgrade', {}, toGet('/live', 'Upgrade: h2c')],
      ['to HTTP/1.0, without a length', {}, 'GET /live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'],
    ])('G13: nothing runs, nor is answered: %s', async (cause, options, request) => {
      const { gate, ran, server, client } = await setUp(options)
      await using _ = server
      const asking = client()
      if (cause === 'of a server that drains') await leave({ server: server.server, client })
      asking.send(request)
      gate.open('begun')
      const head = await asking.until('begun')
      asking.send(behind)
      const other = client()
      other.get('/')
      await other.reply()
      gate.open('later')
      await asking.until('later')
      gate.end()
      const { text } = await asking.toEnd()
      expect(toReplies(head)).toEqual(['200 close'])
      expect([toReplies(text), ran]).toEqual([[], []])
      expect(server.reported).toEqual([])
      void server.close({ delay: 0 })
    })

    it.each<[string, Partial<ServeOptions>]>([
      ['of a server that drains', {}],
      ['where enough connections are idle', { maxIdleConnections: 0 }],
    ])('G13: what comes with it runs and is answered, or neither: %s', async (cause, options) => {
      const { ran, server, client } = await setUp(options)
      await using _ = server
      const asking = client()
      if (cause === 'of a server that drains') await leave({ server: server.server, client })
      asking.send(toGet('/') + behind + behind)
      const replies = toReplies((await asking.toEnd()).text)
      expect(replies.length).toBe(ran.length + 1)
      expect(replies.at(-1)).toBe('200 close')
      expect(replies.slice(0, -1)).toEqual(ran.map(() => '200 keep-alive'))
      void server.close({ delay: 0 })
    })

    it('G13: nothing runs behind a 429', async () => {
      const { gate, ran, server, client } = await setUp({ maxRepliesPerClient: 1, trustProxy: true })
      await using _ = server
      const live = client()
      live.get('/live', 'X-Forwarded-For: 192.0.2.1')
      gate.open('begun')
      await live.untilChunk('begun')
      const asking = client()
      asking.send(toGet('/', 'X-Forwarded-For: 192.0.2.1') + toPost('/ran', '', 'X-Forwarded-For: 192.0.2.2'))
      expect(toReplies((await asking.toEnd()).text)).toEqual(['429 close'])
      expect(ran).toEqual([])
      gate.end()
    })

    it.each([
      [
        'transfer codings that nobody can undo',
        'POST',
        ['Transfer-Encoding: gzip, chunked'],
        '0\r\n\r\n',
        400,
      ],
      ['two Hosts', 'GET', ['Host: other'], '', 400],
      ['a target that is too long', 'GET', [], '', 414],
    ])(
      'G13: in place of 429 a request is told what is wrong with it: %s',
      async (what, method, fields, rest, status) => {
        const { gate, ran, server, client } = await setUp({
          maxRepliesPerClient: 1,
          trustProxy: true,
          maxTargetBytes: 20,
        })
        await using _ = server
        const live = client()
        live.get('/live', 'X-Forwarded-For: 192.0.2.1')
        gate.open('begun')
        await live.untilChunk('begun')
        const asking = client()
        const path = what.includes('target') ? `/${'a'.repeat(20)}` : '/'
        asking.request(method, path, 'X-Forwarded-For: 192.0.2.1', ...fields)
        asking.send(rest + toPost('/ran', '', 'X-Forwarded-For: 192.0.2.2'))
        const { text } = await asking.toEnd()
        expect(toReplies(text)).toEqual([`${status} close`])
        expect(text).not.toContain('retry-after')
        expect(ran).toEqual([])
        gate.end()
        expect(server.reported).toEqual([])
      },
    )

    it('G13: what runs already when a body turns out to be too long is answered, and ends the connection', async () => {
      const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      await using server = await open({
        maxRequestBytes: 3,
        routes: {
          '/read': async ({ request }) => {
            await began.promise
            return request.text()
          },
          '/ran': async () => {
            began.resolve()
            await goOn.promise
            return 'ran'
          },
        },
      })
      const client = server.client()
      client.send(
        'POST /read HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
      )
      client.send(behind)
      const refused = await client.reply()
      client.send(behind)
      goOn.resolve()
      const { text } = await client.toEnd()
      expect([refused.status, refused.headers.get('connection')]).toEqual([413, 'keep-alive'])
      expect(toReplies(text)).toEqual(['200 close'])
      expect(server.reported).toEqual([])
    })

    it('G13: what runs already behind a body that nobody has asked for is answered, too', async () => {
      const [began, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      await using server = await open({
        routes: {
          '/ignored': async () => {
            await began.promise
            return 'ignored'
          },
          '/ran': async () => {
            began.resolve()
            await goOn.promise
            return 'ran'
          },
        },
      })
      const client = server.client()
      client.send(toPost('/ignored', 'body', 'Expect: 100-continue') + behind)
      const first = await client.reply()
      goOn.resolve()
      const { text } = await client.toEnd()
      expect([first.text, first.headers.get('connection')]).toEqual(['ignored', 'keep-alive'])
      expect(toReplies(text)).toEqual(['200 close'])
    })

    it('G13: with HTTP/1.0 nothing runs before it is known that the connection stays', async () => {
      const ran: string[] = []
      const called = Promise.withResolvers<void>()
      const goOn = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/*': async ({ path }) => {
            ran.push(path)
            called.resolve()
            await goOn.promise
            return path === '/stream' ? stream(['last']) : path
          },
          '/other': () => 'other',
        },
      })
      const client = server.client()
      for (const path of ['/one', '/stream', '/three']) client.getOld(path, 'Connection: keep-alive')
      await called.promise
      const other = server.client()
      other.get('/other')
      await other.reply()
      expect(ran).toEqual(['/one'])
      goOn.resolve()
      const { text } = await client.toEnd()
      expect(toReplies(text)).toEqual(['200 keep-alive', '200 close'])
      expect(text.endsWith('last')).toBe(true)
      expect(ran).toEqual(['/one', '/stream'])
    })

    describe('a request with a body that waits behind a reply to HTTP/1.0', () => {
      const waiting = 'POST /ran HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n'
      const begin = 'GET /live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'

      async function ask(setup: { gate: Gate; client: () => TestClient }, more: string) {
        const client = setup.client()
        client.send(begin + more)
        setup.gate.open('begun')
        await client.until('begun')
        return client
      }

      it.each([
        ['whose body is malformed', waiting, 'no size\r\n'],
        ['whose body is malformed, and which comes later', '', `${waiting}no size\r\n`],
        ['whose body never ends', waiting, '4\r\nbody\r\n'],
      ])('G4: does not cut that reply: one %s', async (_, before, after) => {
        const setup = await setUp()
        await using server = setup.server
        const client = await ask(setup, before)
        client.send(after)
        const other = setup.client()
        other.get('/')
        await other.reply()
        setup.gate.open('more')
        await client.until('more')
        setup.gate.end()
        // The end of HTTP/1.0 without a length is that of the connection, which is no reset.
        expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
        expect(setup.ran).toEqual([])
        expect(server.reported).toEqual([])
      })

      it('is not what is answered in its place, if its body is malformed', async () => {
        const { promise: going, resolve: goOn } = Promise.withResolvers<string>()
        const { promise: called, resolve: call } = Promise.withResolvers<void>()
        const ran: string[] = []
        const handler = () => (call(), going)
        await using server = await open({
          routes: { '/slow': handler, '/ran': () => `${ran.push('ran')}`, '/': () => 'hello' },
        })
        const client = server.client()
        client.send(`GET /slow HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${waiting}no size\r\n`)
        await called
        const other = server.client()
        other.get('/')
        await other.reply()
        goOn('the first')
        expect(await client.reply()).toMatchObject({ status: 200, text: 'the first', isComplete: true })
        expect(await client.toEnd()).toEqual({ text: '', how: 'end' })
        expect([ran, server.reported]).toEqual([[], []])
      })

      it('G10: does not hide that its client has left', async () => {
        const { promise: closed, resolve } = Promise.withResolvers<string>()
        const onClose = ({ kind }: { kind: string }) => resolve(kind)
        const gate = new Gate()
        await using server = await open({ routes: { '/live': () => stream(gate, { onClose }) } })
        const client = await ask({ gate, client: () => server.client() }, waiting)
        await new Promise((sent) => client.socket.write(`1e8480\r\n${'x'.repeat(2_000_000)}\r\n`, sent))
        client.leave()
        expect(await closed).toBe('client-gone')
      })
    })
  },
  { protocols: 'http1' },
)
