import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Block, csv, flush, reply, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import type { TestClient } from '../support/test-client.ts'
import type { TestServer } from '../support/test-server.ts'

// Any UTF-16 units, halves of characters and all; bytes of any kind; lists of these; nothing at all; flush.
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes))
const halves = fc.constantFrom('\ud83d', '\ude00', 'a\ud83d', '\ude00b', '\ud83d\ude00')
const long = fc
  .tuple(fc.constantFrom('x', 'ß', '€', '🐎'), fc.integer({ min: 1, max: 30_000 }))
  .map(([one, count]) => one.repeat(count))
const bytes = fc.uint8Array({ maxLength: 60 })
const longBytes = fc.integer({ min: 1, max: 70_000 }).map((size) => Buffer.alloc(size, 'bytes'))
const leaf: fc.Arbitrary<Block> = fc.oneof(
  { weight: 4, arbitrary: units },
  { weight: 4, arbitrary: halves },
  { weight: 1, arbitrary: long },
  { weight: 3, arbitrary: bytes },
  { weight: 1, arbitrary: longBytes },
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constant(flush) },
)
const { block } = fc.letrec<{ block: Block; list: Block[] }>((tie) => ({
  block: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('list')),
  list: fc.array(tie('block'), { maxLength: 4 }),
}))
const blocks = fc.array(block, { maxLength: 30 })

/** What the blocks are as bytes: text that stands side by side is one text. */
class Expected {
  #text = ''
  readonly #pieces: Buffer[] = []

  add(value: Block): this {
    if (typeof value === 'string') this.#text += value
    else if (Array.isArray(value)) for (const inner of value) this.add(inner)
    else if (value instanceof Uint8Array && value.length > 0) {
      this.#settle()
      this.#pieces.push(Buffer.from(value))
    }
    return this
  }

  toBytes(): Buffer {
    this.#settle()
    return Buffer.concat(this.#pieces)
  }

  #settle(): void {
    this.#pieces.push(Buffer.from(this.#text))
    this.#text = ''
  }
}

async function* later(values: readonly Block[]): AsyncGenerator<Block> {
  yield* values
}

eachDelivery(
  'properties',
  (open) => {
    let answer = () => reply('')
    let server: TestServer
    let client: TestClient

    beforeAll(async () => {
      server = await open({ routes: { '/': () => answer() } })
      client = server.client()
    })

    afterAll(async () => {
      await server[Symbol.asyncDispose]()
    })

    async function read(make: typeof answer): Promise<Buffer> {
      answer = make
      client.get('/')
      const { body, isComplete, status } = await client.reply()
      expect({ isComplete, status }).toEqual({ isComplete: true, status: 200 })
      return body
    }

    const makers = {
      'a sync stream': (values: readonly Block[]) => stream(values.values()),
      'an async stream': (values: readonly Block[]) => stream(later(values)),
      'a buffered reply': (values: readonly Block[]) => reply(values.values()),
      'a list as one block': (values: readonly Block[]) => stream([values].values()),
    } as const

    it.each(Object.entries(makers))('any blocks sent as %s read back equal', async (_, make) => {
      await fc.assert(
        fc.asyncProperty(blocks, async (values) => {
          const expected = new Expected().add(values).toBytes()
          expect((await read(() => make(values))).toString('hex')).toBe(expected.toString('hex'))
        }),
        { numRuns: 150 },
      )
    })

    it('any blocks with their length announced read back equal', async () => {
      await fc.assert(
        fc.asyncProperty(blocks, async (values) => {
          const expected = new Expected().add(values).toBytes()
          const headers = { 'content-length': `${expected.length}` }
          expect((await read(() => stream(values.values(), { headers }))).equals(expected)).toBe(true)
        }),
        { numRuns: 150 },
      )
    })

    const field = fc.string({ unit: 'grapheme', maxLength: 20 })
    const rows = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 40 })

    it('any CSV reads back equal through an independent parser', async () => {
      await fc.assert(
        fc.asyncProperty(rows, async (values) => {
          const records = values.map(([one, two, three]) => ({ one, two, three }))
          const body = await read(() => csv(records, { formulas: 'allow' }))
          expect(parse(body, { columns: true, relaxQuotes: false })).toEqual(records)
        }),
        { numRuns: 150 },
      )
    })
  },
  { isLarge: true },
)
