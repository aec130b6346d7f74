import zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type Block, flush, stream } from 'millrace'
import { compress, type Encoding } from 'millrace/middleware'
import { eachDelivery } from '../support/each-delivery.ts'
import { DecodingClient } from './decoding-client.ts'

const encodings: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']

const text = fc.string({ unit: 'binary', maxLength: 60 })
const halves = fc.constantFrom('\ud83d', '\ude00', 'a\ud83d', '\ude00b')
const long = fc.integer({ min: 1, max: 90_000 }).map((size) => 'ß'.repeat(size))
const bytes = fc.uint8Array({ maxLength: 3000 }).map((made) => Buffer.from(made))
const leaf: fc.Arbitrary<Block> = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: halves },
  { weight: 1, arbitrary: long },
  { weight: 3, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constant(flush) },
)
const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 5, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 4 }) },
)
const blocks = fc.array(block, { maxLength: 20 })

/** What the blocks are as bytes: text that stands side by side is one text. */
function toBytes(list: readonly Block[]): Buffer {
  let pending = ''
  const pieces: Uint8Array[] = []
  for (const one of list.flat()) {
    if (typeof one === 'string') pending += one
    if (!(one instanceof Uint8Array) || one.length === 0) continue
    pieces.push(Buffer.from(pending), one)
    pending = ''
  }
  return Buffer.concat([...pieces, Buffer.from(pending)])
}

async function* later(list: readonly Block[]): AsyncGenerator<Block> {
  for (const [index, one] of list.entries()) {
    if (index % 3 === 2) await new Promise((resolve) => setImmediate(resolve))
    yield one
  }
}

eachDelivery(
  'compress',
  (open, { options }) => {
    describe.each(encodings)('%s', (encoding) => {
      it('every sequence of blocks reads back equal, with and without a type [DJG-034, GAP-016]', async () => {
        let body: readonly Block[] = []
        let headers = {}
        await using server = await open({
          use: [compress()],
          routes: {
            '/now': () => stream(body.values(), { headers }),
            '/later': () => stream(later(body), { headers }),
          },
        })
        const property = async (path: string, isTyped: boolean, made: readonly Block[]) => {
          body = made
          headers = isTyped ? { 'content-type': 'text/plain' } : {}
          const client = new DecodingClient(server.at(path), encoding)
          const { headers: head } = await client.head()
          const { bytes: received, ...rest } = await client.over()
          const expected = toBytes(made)
          if (head['content-encoding'] !== undefined) {
            expect(received.equals(expected)).toBe(true)
            expect(rest).toEqual({ isEncodingWhole: true, isMessageWhole: true })
          } else {
            // Sent as it is: nothing, or bytes of no type.
            expect(client.plain.equals(expected)).toBe(true)
            expect(isTyped && expected.length > 0).toBe(false)
          }
        }
        await fc.assert(fc.asyncProperty(fc.constantFrom('/now', '/later'), fc.boolean(), blocks, property), {
          numRuns: 25,
        })
      })
    })

    it('closes each compressor of 1,000 replies that are abandoned in mid-stream', async () => {
      const createGzip = vi.spyOn(zlib, 'createGzip')
      const over = Promise.withResolvers<void>()
      let closed = 0
      const onClose = () => {
        if (++closed === 1000) over.resolve()
      }
      const endless = async function* ({ signal }: { signal: AbortSignal }) {
        yield 'one'
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      }
      const headers = { 'content-type': 'text/plain' }
      await using server = await open({
        use: [compress()],
        routes: { '/': () => stream(endless, { onClose, headers }) },
      })
      for (let count = 0; count < 20; count++) {
        const clients = Array.from({ length: 50 }, () => new DecodingClient(server.at('/'), 'gzip'))
        await Promise.all(clients.map((client) => client.until('one')))
        await Promise.all(clients.map((client) => client.leave()))
      }
      await over.promise
      const opened = createGzip.mock.results.map(({ value }) => value)
      createGzip.mockRestore()
      // A transmitter compresses by itself: see transmitter.test.ts.
      expect(opened).toHaveLength(options.transmitter === 'thread' ? 0 : 1000)
      expect(opened.filter(({ destroyed }) => !destroyed)).toEqual([])
      expect(opened.filter(({ readableEnded }) => readableEnded)).toEqual([])
    }, 30_000)
  },
  { isLarge: true },
)
