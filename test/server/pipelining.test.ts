import { expect, it } from 'vitest'
import { HttpError, reply, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'

const routes: Routes = {
  '/plain/:id': ({ params }) => `plain ${params['id']}`,
  '/buffered/:id': async ({ params }) => reply([`buffered`, ' ', `${params['id']}`]),
  '/streamed/:id': ({ params }) =>
    stream(async function* () {
      yield 'streamed '
      yield `${params['id']}`
    }),
  '/sync/:id': ({ params }) => stream(['sync ', `${params['id']}`].values()),
  '/fails/:id': ({ params }) =>
    stream(function* () {
      if (params['id']) throw new HttpError(422, `fails ${params['id']}`)
      yield 'never'
    }),
  '/missing': { POST: () => 'only posted' },
}

const kinds = ['plain', 'buffered', 'streamed', 'sync', 'fails'] as const

eachDelivery(
  'pipelining',
  (open) => {
    it('answers 1,000 pipelined requests in order [CPY-016, UVI-012]', async () => {
      await using server = await open({ routes })
      const client = server.client()
      const sent = Array.from({ length: 1000 }, (_, index) => ({
        kind: kinds[(index * 7) % 5] ?? 'plain',
        index,
      }))
      client.send(
        sent.map(({ kind, index }) => `GET /${kind}/${index} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''),
      )
      for (const { kind, index } of sent) {
        const { status, text } = await client.reply()
        expect(`${status} ${text.trim()}`).toBe(`${kind === 'fails' ? 422 : 200} ${kind} ${index}`)
      }
      expect(client.received).toBe('')
      expect(server.reported).toEqual([])
    })

    it('sends what goes before a reply on its turn, and never between its head and its body', async () => {
      const first = Promise.withResolvers<void>()
      const asked = Promise.withResolvers<void>()
      await using server = await open({
        routes: {
          '/first': async () => {
            await first.promise
            return 'one'
          },
          '/hints': async ({ earlyHints }) => {
            earlyHints(['</a.css>; rel=preload'])
            asked.resolve()
            return Buffer.from('two')
          },
          'POST /body': async ({ request }) => Buffer.from(await request.arrayBuffer()),
        },
      })
      const client = server.client()
      client.get('/first')
      client.get('/hints')
      client.send(
        'POST /body HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nthree',
      )
      await asked.promise
      first.resolve()
      const received = await client.until('three')
      const heads = received.split(/(?=HTTP\/1\.1 )/).map((part) => {
        const [head = '', body] = part.split('\r\n\r\n')
        return `${head.split(' ', 2)[1]} ${body}`
      })
      expect(heads.filter((head) => !head.startsWith('10'))).toEqual(['200 one', '200 two', '200 three'])
      expect(server.reported).toEqual([])
    })

    it('does not start a pipelined stream before its turn', async () => {
      const first = Promise.withResolvers<void>()
      const started: string[] = []
      await using server = await open({
        routes: {
          '/first': () =>
            stream(async function* () {
              started.push('first')
              yield 'one'
              await first.promise
              yield 'two'
            }),
          '/second': () =>
            stream(function* () {
              started.push('second')
              yield 'three'
            }),
          '/other': () => 'other',
        },
      })
      const client = server.client()
      client.get('/first')
      client.get('/second')
      await client.untilChunk('one')
      const other = server.client()
      other.get('/other')
      await other.reply()
      expect(started).toEqual(['first'])
      first.resolve()
      await client.untilEnd()
      expect((await client.reply()).text).toBe('three')
      expect(started).toEqual(['first', 'second'])
    })

    it('answers requests that arrive byte by byte', async () => {
      await using server = await open({ routes })
      const client = server.client()
      client.socket.setNoDelay(true)
      for (const byte of 'GET /streamed/1 HTTP/1.1\r\nHost: test\r\n\r\nGET /plain/2 HTTP/1.1\r\nHost: test\r\n\r\n') {
        client.send(byte)
      }
      expect((await client.reply()).text).toBe('streamed 1')
      expect((await client.reply()).text).toBe('plain 2')
    })

    it('takes the connection down for pipelined requests after a cut body', async () => {
      await using server = await open({
        routes: {
          ...routes,
          '/cut': () =>
            stream(function* () {
              yield 'one'
              throw new Error('expected')
            }),
        },
      })
      const client = server.client()
      client.get('/cut')
      client.get('/plain/1')
      const { text } = await client.toEnd()
      expect(text).not.toContain('plain 1')
      expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
    })
  },
  { protocols: 'http1' },
)

eachDelivery(
  'streams of one connection',
  (open) => {
    it('answers 1,000 requests, 100 at once, each with its own reply', async () => {
      await using server = await open({ routes })
      const client = server.http2Client()
      for (let round = 0; round < 10; round++) {
        const sent = Array.from({ length: 100 }, (_, at) => ({
          index: round * 100 + at,
          kind: kinds[(at * 7) % 5] ?? 'plain',
        }))
        for (const { kind, index } of sent) client.get(`/${kind}/${index}`)
        for (const { kind, index } of sent) {
          const { status, text, isComplete } = await client.reply()
          expect([`${status} ${text.trim()}`, isComplete]).toEqual([
            `${kind === 'fails' ? 422 : 200} ${kind} ${index}`,
            true,
          ])
        }
      }
      expect(server.reported).toEqual([])
    })

    it('starts each at once, and cuts only the one that fails', async () => {
      const gate = new Gate()
      const cut = function* () {
        yield 'one'
        throw new Error('expected')
      }
      await using server = await open({
        routes: { ...routes, '/live': () => stream(gate), '/cut': () => stream(cut) },
      })
      const client = server.http2Client()
      for (const path of ['/live', '/cut', '/plain/1']) client.get(path)
      gate.open('first')
      await client.untilChunk('first')
      client.skip()
      expect(await client.reply()).toMatchObject({ text: 'one', isComplete: false })
      expect(await client.reply()).toMatchObject({ text: 'plain 1', isComplete: true })
      gate.open('second')
      await client.untilChunk('second')
      gate.end()
      expect(await client.reply()).toMatchObject({ text: 'firstsecond', isComplete: true })
    })
  },
  { protocols: 'http2' },
)
