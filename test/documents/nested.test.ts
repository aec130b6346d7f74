// Replies inside of a document: each is told how it ended, and what failed is seen to have failed.
import { once } from 'node:events'
import { csv, multipart, ndjson, type Reply, reply, tar, zip } from 'millrace'
import type { Context } from 'millrace/context'
import type { Outcome } from 'millrace/delivery'
import { compress } from 'millrace/middleware'
import { mapBlocks, type ReplyInit } from 'millrace/reply'
import { describe, expect, it } from 'vitest'
import { eachDelivery } from '../support/each-delivery.ts'
import { RowGate } from '../support/row-gate.ts'

const documents: readonly [string, (replies: readonly Reply[], init?: ReplyInit) => Reply][] = [
  ['multipart', (replies, init) => multipart(replies, init)],
  [
    'zip',
    (replies, init) =>
      zip(
        replies.map((body, index) => ({ name: String(index), body })),
        init,
      ),
  ],
  [
    'tar',
    (replies, init) =>
      tar(
        replies.map((body, index) => ({ name: String(index), body, size: 6 })),
        init,
      ),
  ],
  ['multipart in zip', (replies, init) => zip([{ name: 'a', body: multipart(replies) }], init)],
  [
    'zip, mapped',
    (replies, init) =>
      mapBlocks(
        zip(
          replies.map((body, index) => ({ name: String(index), body })),
          init,
        ),
        (block) => block,
      ),
  ],
]

// What stands only where a document is whole.
const endMarks = ['--\r\n', 'PK\x05\x06', '\0'.repeat(1024)]

function hasEnd(body: Buffer): boolean {
  return endMarks.some((mark) => body.includes(mark))
}

function* failing() {
  yield { a: 1 }
  throw new Error('a secret')
}

eachDelivery(
  'replies in documents',
  (open) => {
    describe.each(documents)('%s', (_, make) => {
      /** A reply of 6 bytes that tells how it ended. */
      function told(
        log: unknown[],
        name: string,
        rows: Iterable<unknown> | AsyncIterable<unknown> = [{ a: 1 }].values(),
      ) {
        return csv(rows, { onClose: ({ kind, bytes }) => void log.push([name, kind, bytes]) })
      }

      /** What is told when the document around is over. */
      function telling(log: unknown[]) {
        const over = Promise.withResolvers<void>()
        const onClose = ({ kind }: Outcome): void => {
          log.push(['document', kind])
          over.resolve()
        }
        return { init: { onClose }, over: over.promise }
      }

      it('G5: each is complete before the next is asked for, and all of them before the document', async () => {
        const log: unknown[] = []
        const { init, over } = telling(log)
        const second = function* () {
          log.push('asked')
          yield { a: 2 }
        }
        await using server = await open({
          routes: { '/': () => make([told(log, 'first'), told(log, 'second', second())], init) },
        })
        const client = server.client()
        client.get('/')
        expect((await client.reply()).isComplete).toBe(true)
        await over
        expect(log).toEqual([
          ['first', 'complete', 6],
          'asked',
          ['second', 'complete', 6],
          ['document', 'complete'],
        ])
        expect(server.reported).toEqual([])
      })

      it('G5, G10: a client that leaves is told to the one that is open, and to those never reached', async () => {
        const log: unknown[] = []
        const { init, over } = telling(log)
        const gate = new RowGate<unknown>()
        await using server = await open({
          routes: { '/': () => make([told(log, 'open', gate), told(log, 'unread')], init) },
        })
        const client = server.client()
        client.get('/')
        gate.open({ a: 1 })
        await client.until('a\r\n1\r\n')
        await gate.whenAsked(2)
        client.leave()
        await over
        expect([gate.closed, log]).toEqual([
          1,
          [
            ['open', 'client-gone', 6],
            ['unread', 'client-gone', 0],
            ['document', 'client-gone'],
          ],
        ])
        expect(server.reported).toEqual([])
      })

      it('G5, G7: HEAD closes them unread', async () => {
        const log: unknown[] = []
        const { init, over } = telling(log)
        await using server = await open({ routes: { '/': () => make([told(log, 'unread')], init) } })
        const client = server.client()
        client.request('HEAD', '/')
        expect(await client.reply('HEAD')).toMatchObject({ status: 200, text: '' })
        await over
        expect(log).toEqual([
          ['unread', 'complete', 0],
          ['document', 'complete'],
        ])
      })

      it('G4: one that fails is told so, and so are those never reached; the document is cut', async () => {
        const log: unknown[] = []
        const { init, over } = telling(log)
        await using server = await open({
          routes: { '/': () => make([told(log, 'failing', failing()), told(log, 'unread')], init) },
        })
        const client = server.client()
        client.get('/')
        const { isComplete, body } = await client.reply()
        expect(isComplete).toBe(false)
        expect(hasEnd(body)).toBe(false)
        await over
        expect(log).toEqual([
          ['failing', 'failed', 6],
          ['unread', 'failed', 0],
          ['document', 'failed'],
        ])
        expect(server.reported).toEqual([new Error('a secret')])
      })
    })

    it('one of text or bytes is sent again, by itself and in documents, after GET and after HEAD', async () => {
      const [text, bytes] = [reply('logo\n'.repeat(1000)), reply(Buffer.from('logo'))]
      const entries = () => [text, bytes].map((body, index) => ({ name: String(index), body }))
      await using server = await open({
        use: [compress()],
        routes: {
          '/by-itself': () => text,
          '/multipart': () => multipart([text, bytes, bytes]),
          '/zip': () => zip(entries()),
          '/tar': () => tar(entries()),
        },
      })
      const client = server.client()
      const ask = async (method: string, path: string): Promise<unknown> => {
        client.request(method, path, ...(path === '/by-itself' ? ['Accept-Encoding: gzip'] : []))
        const { status, body } = await client.reply(method)
        return [path, status, body.length]
      }
      for (const path of ['/by-itself', '/multipart', '/zip', '/tar']) {
        const first = await ask('GET', path)
        expect(first).toEqual([path, 200, expect.toSatisfy((bytes) => bytes > 0)])
        expect(await ask('HEAD', path)).toEqual([path, 200, 0])
        expect(await ask('GET', path)).toEqual(first)
      }
      expect(server.reported).toEqual([])
    })

    it.each(documents.filter(([name]) => name !== 'tar'))(
      'G4: ndjson in %s ends with its last record when it fails, and the document is cut all the same',
      async (_, make) => {
        await using server = await open({ routes: { '/': () => make([ndjson(failing()), ndjson([])]) } })
        const client = server.client()
        client.get('/')
        const { isComplete, text, body } = await client.reply()
        expect(isComplete).toBe(false)
        expect(text).toMatch(/\{"a":1\}\n\{"error":"The stream has failed"\}\n$/)
        expect(hasEnd(body)).toBe(false)
        expect(server.reported).toEqual([new Error('a secret')])
      },
    )

    it('G4, G6: an entry whose size is promised gets no last record', async () => {
      await using server = await open({
        routes: { '/': () => tar([{ name: 'a', body: ndjson(failing()), size: 100 }]) },
      })
      const client = server.client()
      client.get('/')
      const { isComplete, text } = await client.reply()
      expect([isComplete, text.slice(512)]).toEqual([false, '{"a":1}\n'])
      expect(server.reported).toEqual([new Error('a secret')])
    })

    it('G5: a document that is compressed tells them too why it was closed', async () => {
      const log: unknown[] = []
      const over = Promise.withResolvers<void>()
      const gate = new RowGate<unknown>()
      const onClose = ({ kind }: Outcome): void => {
        log.push(kind)
        if (log.length === 2) over.resolve()
      }
      const replies = () => [csv(gate, { onClose }), csv([{ a: 1 }], { onClose })]
      await using server = await open({
        use: [compress({ types: ['*/*'] })],
        routes: { '/': () => multipart(replies()) },
      })
      const client = server.client()
      client.get('/', 'Accept-Encoding: gzip')
      gate.open({ a: 1 })
      await gate.whenAsked(2)
      client.leave()
      await over.promise
      expect(log).toEqual(['client-gone', 'client-gone'])
    })

    it.each([
      ['multipart', (body: Reply, init: ReplyInit) => multipart([body], init)],
      ['zip', (body: Reply, init: ReplyInit) => zip([{ name: 'a', body }], init)],
      ['tar', (body: Reply, init: ReplyInit) => tar([{ name: 'a', body, size: 6 }], init)],
    ])('G5: %s, compressed, tells them so too where nobody is left to ask for it', async (_, make) => {
      const log: unknown[] = []
      const over = Promise.withResolvers<void>()
      const asked = Promise.withResolvers<void>()
      const nested = () => csv([{ a: 1 }], { onClose: ({ kind }) => void log.push(kind) })
      const handler = async ({ signal }: Context) => {
        asked.resolve()
        await once(signal, 'abort')
        return make(nested(), { onClose: () => over.resolve() })
      }
      await using server = await open({
        use: [compress({ types: ['*/*'] })],
        routes: { '/': handler },
      })
      const client = server.client()
      client.get('/', 'Accept-Encoding: gzip')
      await asked.promise
      client.leave()
      await over.promise
      expect(log).toEqual(['client-gone'])
    })
  },
  { isLarge: true },
)
