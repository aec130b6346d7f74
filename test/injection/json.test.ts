import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json, ndjson } from 'millrace'
import { hostileText } from './hostile-text.ts'

const values = fc.array(
  fc.dictionary(
    hostileText.filter((key) => key !== '__proto__'),
    hostileText,
    { maxKeys: 4, noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 4 },
)

async function* later<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list
}

describe('json', () => {
  it('G12: every hostile key and value reads back equal through JSON.parse, streamed or not', async () => {
    await fc.assert(
      fc.asyncProperty(values, hostileText, async (list, key) => {
        const name = key === '__proto__' ? 'key' : key
        const bytes = await json({ [name]: later(list), whole: list }).arrayBuffer()
        const read: unknown = JSON.parse(
          new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
        )
        expect(read).toEqual(name === 'whole' ? { whole: list } : { [name]: list, whole: list })
      }),
      { numRuns: 300 },
    )
  })
})

describe('ndjson', () => {
  it('G12: every hostile record is one line, for readers that end lines at LF, CR or CRLF', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.boolean(), async (list, batches) => {
        const reply = batches ? ndjson([list], { batches }) : ndjson(later(list))
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
          await reply.arrayBuffer(),
        )
        const lines = text.split(/\r\n|\r|\n/)
        expect(lines.pop()).toBe('')
        expect(lines.map((line): unknown => JSON.parse(line))).toEqual(list)
      }),
      { numRuns: 300 },
    )
  })
})
