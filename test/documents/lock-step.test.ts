import { compress, type Encoding } from 'millrace/middleware'
import { currentContext, type Reply, stream, zip } from 'millrace'
import { validate } from 'millrace/gateway'
import { describe, expect, it } from 'vitest'
import { DecodingClient } from '../compression/decoding-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Moments } from '../support/moments.ts'
import { RowGate } from '../support/row-gate.ts'
import { WatchingClient } from '../support/watching-client.ts'
import { documentKinds, openedBlocks } from './documents.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']
const everyType = { types: ['*/*'] }
const LARGE = 65_536
// What the kernel takes for a client that does not read.
const KERNEL_LIMIT = 32 * 1_048_576
const toLatin1 = (text: string): string => Buffer.from(text).toString('latin1')

/** A gate that tells of its closing, among others that do. */
class LoggedGate extends RowGate<string> {
  readonly #name: string
  readonly #log: string[]

  constructor(name: string, log: string[]) {
    super()
    this.#name = name
    this.#log = log
  }

  override async return(): Promise<IteratorResult<string, undefined>> {
    this.#log.push(`${this.#name} closed`)
    return super.return()
  }
}

eachDelivery(
  'documents',
  (open, { isStrict, framing }) => {
    describe.each(documentKinds)('$name', ({ make, shown, endMark, read, whole }) => {
      it('G1: each block arrives before the next is opened, and none is asked for ahead', async () => {
        const gate = new RowGate<string>()
        await using server = await open({ routes: { '/': () => make(gate) } })
        const client = server.client()
        client.get('/')
        for (const [index, block] of openedBlocks.entries()) {
          await gate.whenAsked(index + 1)
          expect(gate.asked).toBe(index + 1)
          gate.open(block)
          await client.until(toLatin1(shown(block)))
        }
        await gate.whenAsked(openedBlocks.length + 1)
        gate.end()
        await client.untilEnd()
        expect([gate.asked, gate.closed]).toEqual([openedBlocks.length + 1, 0])
      })

      it('a parser of others reads what was made of it, and refuses it where its end is missing', async () => {
        await using server = await open({ routes: { '/': () => make(openedBlocks) } })
        const client = server.client()
        client.get('/')
        const { body, headers } = await client.reply()
        const type = headers.get('content-type') ?? ''
        expect(await read(body, type)).toEqual(whole(openedBlocks))
        await expect((async () => read(body.subarray(0, body.length / 2), type))()).rejects.toBeInstanceOf(
          Error,
        )
      })

      it.each(encodings)(
        'G1, G11: each block is decoded from %s before the next is opened',
        async (encoding) => {
          const gate = new RowGate<string>()
          await using server = await open({ use: [compress(everyType)], routes: { '/': () => make(gate) } })
          const client = new DecodingClient(server.at('/'), encoding)
          for (const block of openedBlocks) {
            gate.open(block)
            await client.untilEnding(shown(block))
          }
          gate.end()
          const { bytes, ...rest } = await client.over()
          expect(rest).toEqual({ isEncodingWhole: true, isMessageWhole: true })
          const { headers } = await client.head()
          expect(await read(bytes, String(headers['content-type']))).toEqual(whole(openedBlocks))
        },
      )

      it('G4: a source that fails: what it gave arrives, an end does not', async () => {
        const failing = function* () {
          yield 'given'
          throw new Error('a secret')
        }
        await using server = await open({ routes: { '/': () => make(failing()) } })
        const client = server.client()
        client.get('/')
        const reply = await client.reply()
        expect(reply.isComplete).toBe(false)
        expect(reply.text).toContain(shown('given'))
        expect(reply.text).not.toContain('secret')
        const text = reply.body.toString('latin1')
        if (typeof endMark === 'string') expect(text).not.toContain(endMark)
        else expect(text).not.toMatch(endMark)
        expect(server.reported).toEqual([new Error('a secret')])
      })

      it('G5, G10: a client that leaves closes what is open, then what was never reached', async () => {
        const log: string[] = []
        const [gate, rest] = [new LoggedGate('source', log), new LoggedGate('rest', log)]
        const outcome = Promise.withResolvers<string>()
        const onClose = ({ kind }: { kind: string }): void => outcome.resolve(kind)
        await using server = await open({ routes: { '/': () => make(gate, { rest, init: { onClose } }) } })
        const client = server.client()
        client.get('/')
        gate.open('one')
        await client.until(shown('one'))
        await gate.whenAsked(2)
        client.leave()
        expect(await outcome.promise).toBe('client-gone')
        expect(log).toEqual(['source closed', 'rest closed'])
        expect(rest.asked).toBe(0)
        expect(server.reported).toEqual([])
      })

      it('G5, G7: HEAD asks for nothing, and closes everything', async () => {
        const log: string[] = []
        const [gate, rest] = [new LoggedGate('source', log), new LoggedGate('rest', log)]
        const closed = Promise.withResolvers<void>()
        const onClose = (): void => closed.resolve()
        await using server = await open({ routes: { '/': () => make(gate, { rest, init: { onClose } }) } })
        const client = server.client()
        client.request('HEAD', '/')
        expect(await client.reply('HEAD')).toMatchObject({ status: 200, text: '' })
        await closed.promise
        await expect.poll(() => log.toSorted()).toEqual(['rest closed', 'source closed'])
        expect([gate.asked, rest.asked]).toEqual([0, 0])
      })

      it('G9: the context is current in the source, for each block and in its end', async () => {
        const paths: string[] = []
        const source = function* () {
          try {
            for (const block of openedBlocks) {
              paths.push(currentContext().path)
              yield block
            }
          } finally {
            paths.push(currentContext().path)
          }
        }
        await using server = await open({ routes: { '/:name': () => make(source()) } })
        const client = server.client()
        client.get('/here')
        expect((await client.reply()).isComplete).toBe(true)
        expect(paths).toEqual(Array.from({ length: openedBlocks.length + 1 }, () => '/here'))
      })

      it('keeps the contract, as the validator sees it', async () => {
        const routes = { '/': validate(() => make(openedBlocks)) }
        await using server = await open({ use: [validate], routes })
        const client = server.client()
        for (const method of ['GET', 'HEAD']) {
          client.request(method, '/')
          expect(await client.reply(method)).toMatchObject({ status: 200, isComplete: true })
        }
        expect(server.reported).toEqual([])
      })

      it('G2: asks for no more while the client does not read', async () => {
        let asked = 0
        const endless = function* () {
          for (;;) yield String(asked++).padEnd(LARGE, '.')
        }
        using moments = new Moments()
        await using server = await open({
          routes: { '/': () => make(endless(), { size: 1e12 }), '/other': () => 'other' },
        })
        const client = server.client()
        client.get('/')
        await client.until('\r\n\r\n')
        client.pause()
        await moments.when('millrace:client-awaited')
        for (let before = -1; before !== asked;) {
          before = asked
          const other = server.client()
          for (let index = 0; index < 25; index++) {
            other.get('/other')
            await other.reply()
          }
        }
        expect(asked * LARGE).toBeLessThan(KERNEL_LIMIT)
      })

      it.runIf(isStrict)(
        'G1: each block has left before a source that blocks the CPU is resumed',
        async () => {
          const marks = ['<first>', '<second>', '<third>']
          const seen = await watch(marks, (wait) => {
            const busy = function* () {
              for (const [index, mark] of marks.entries()) {
                yield mark
                wait(index + 1)
              }
            }
            return make(busy(), { size: marks.join('').length, init: { delivery: 'block' } })
          })
          expect(seen).toEqual([true, true, true])
        },
      )

      async function watch(marks: readonly string[], build: (wait: (marks: number) => void) => Reply) {
        const seen: boolean[] = []
        const ended = Promise.withResolvers<void>()
        let wait: (count: number) => void = () => {}
        await using server = await open({
          routes: {
            '/': (context) => {
              context.onClose(() => ended.resolve())
              return build((count) => wait(count))
            },
          },
        })
        const request = 'GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'
        await using client = new WatchingClient(server, request, marks)
        wait = (count) => void seen.push(client.blockUntilSeen(count))
        await client.ready()
        client.send()
        await ended.promise
        return seen
      }
    })

    it('G6: a zip of known sizes has its length, and is that long', async () => {
      const body = stream(['not', 'known'])
      const known = [
        { name: 'a', body: 'text' },
        { name: 'b', body: ['x', 'y'], size: 2 },
      ]
      await using server = await open({
        routes: {
          '/known': () => zip(known),
          '/unknown': () => zip([...known, { name: 'c', body }]),
          '/short': () => zip([{ name: 'b', body: ['x'], size: 2 }]),
        },
      })
      const client = server.client()
      client.get('/known')
      expect(await client.reply()).toMatchObject({ framing: 'length', isComplete: true })
      client.get('/unknown')
      expect(await client.reply()).toMatchObject({ framing, isComplete: true })
      client.get('/short')
      expect(await client.reply()).toMatchObject({ framing: 'length', isComplete: false })
      expect(server.reported).toEqual([
        new RangeError('Cannot archive b: it has fewer than the 2 bytes of its `size`; give the true one'),
      ])
    })
  },
  { isLarge: true },
)
