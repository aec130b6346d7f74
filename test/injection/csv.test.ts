import { parse } from 'csv-parse/sync'
import { csvParseRows } from 'd3-dsv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csv } from 'millrace'
import { hostileText } from './hostile-text.ts'

const delimiters = fc.constantFrom(',', ';', '\t', '|')
const names = fc.uniqueArray(hostileText, {
  minLength: 1,
  maxLength: 4,
  selector: (name) => name.toWellFormed(),
})

/** Names of columns, and records of as many values. */
const tables = names.chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(fc.array(hostileText, { minLength: columns.length, maxLength: columns.length }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
)

// UTF-8 has no half of a character.
const written = (table: readonly (readonly string[])[]) =>
  table.map((row) => row.map((text) => text.toWellFormed()))

const formula = /^[\t\r\n=+\-@＝＋－＠]/u

describe('csv', () => {
  it('G12: every hostile value and title is one field for two independent parsers', async () => {
    await fc.assert(
      fc.asyncProperty(tables, delimiters, async ({ columns, rows }, delimiter) => {
        const reply = csv(rows, { columns, delimiter, formulas: 'allow' })
        const bytes = Buffer.from(await reply.arrayBuffer())
        const expected = written([columns, ...rows])
        const relaxed = { delimiter, relax_column_count: false, record_delimiter: '\r\n' }
        expect(parse(bytes, relaxed)).toEqual(expected)
        if (delimiter === ',') expect(csvParseRows(bytes.toString())).toEqual(expected)
      }),
      { numRuns: 400 },
    )
  })

  it('G12: no field begins as a formula, and each reads back with at most an apostrophe more', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ columns, rows }) => {
        const bytes = Buffer.from(await csv(rows, { columns }).arrayBuffer())
        const read: string[][] = parse(bytes, { record_delimiter: '\r\n' })
        const expected = written([columns, ...rows]).map((row) =>
          row.map((text) => (formula.test(text) ? `'${text}` : text)),
        )
        expect(read).toEqual(expected)
        expect(read.flat().filter((text) => formula.test(text))).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  it('G12: keys of objects as titles', async () => {
    await fc.assert(
      fc.asyncProperty(names, hostileText, async (columns, value) => {
        const keys = columns.filter((name) => name !== '__proto__')
        fc.pre(keys.length > 0)
        const record = Object.fromEntries(keys.map((key) => [key, value]))
        const bytes = Buffer.from(await csv([record], { formulas: 'allow' }).arrayBuffer())
        const [titles = [], ...rest]: string[][] = parse(bytes, { record_delimiter: '\r\n' })
        expect(titles).toEqual(Object.keys(record).map((key) => key.toWellFormed()))
        expect(rest).toEqual(written([keys.map(() => value)]))
      }),
      { numRuns: 200 },
    )
  })
})
