import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flush } from '../body/block.ts'
import type { CsvOptions } from './csv-options.ts'
import { formatCsv } from './format-csv.ts'
import type { RecordItem } from './format-records.ts'

function write(records: RecordItem[], options?: CsvOptions): string {
  return [...formatCsv(records, options)].map(String).join('')
}

describe('formatCsv', () => {
  it('takes the columns from the first record and sends the titles with it', () => {
    const records = [
      { id: 1, name: 'Oslo' },
      { id: 2, name: 'Rome' },
    ]
    expect([...formatCsv(records)]).toEqual(['id,name\r\n1,Oslo\r\n', '2,Rome\r\n'])
  })

  it('writes a batch as one block, whatever its records are', () => {
    expect([...formatCsv([[{ a: 1 }, { a: 2 }], [], [{ a: 3 }]])]).toEqual(['a\r\n1\r\n2\r\n', '', '3\r\n'])
    expect([
      ...formatCsv([
        [
          [1, 'x'],
          [2, 'y'],
        ],
        [3, 'z'],
      ]),
    ]).toEqual(['1,x\r\n2,y\r\n', '3,z\r\n'])
  })

  it('takes an array for a row when its first element is a field', () => {
    const date = new Date(0)
    expect(
      write([
        [date, 1],
        [null, 2],
      ]),
    ).toBe('1970-01-01T00:00:00.000Z,1\r\n,2\r\n')
    expect(() => write([[new Uint8Array(1), 1]])).toThrow(
      /record 1 as CSV: column 1 is an object \(Uint8Array\)/,
    )
  })

  it('chooses, orders and titles columns, and leaves other fields out', () => {
    const records = [
      { a: 1, b: 2, c: 3 },
      { c: 6, a: 4 },
    ]
    expect(write(records, { columns: ['c', { key: 'a', title: 'A' }] })).toBe('c,A\r\n3,1\r\n6,4\r\n')
    expect(write(records, { columns: { c: 'C' } })).toBe('C\r\n3\r\n6\r\n')
  })

  it('takes columns as the titles of arrays', () => {
    expect(write([[1, 2]], { columns: ['a', 'b'] })).toBe('a,b\r\n1,2\r\n')
  })

  it('leaves the titles out when told', () => {
    expect(write([{ a: 1 }], { header: false })).toBe('1\r\n')
  })

  it('quotes and guards titles as it does fields', () => {
    expect(write([{ '=a': 1, 'b,c': 2 }])).toBe('\'=a,"b,c"\r\n1,2\r\n')
  })

  it('writes the titles alone when there are no records', () => {
    expect(write([], { columns: ['a', 'b'] })).toBe('a,b\r\n')
    expect(write([[]], { columns: ['a', 'b'] })).toBe('a,b\r\n')
    expect(write([], { columns: ['a'], header: false })).toBe('')
    expect(write([])).toBe('')
  })

  it('begins with one byte order mark when told', () => {
    expect(write([[], { a: 1 }, { a: 2 }], { bom: true })).toBe('\uFEFFa\r\n1\r\n2\r\n')
    expect(write([], { bom: true, columns: ['a'] })).toBe('\uFEFFa\r\n')
  })

  it('finds fields by key when their order differs or some are missing', () => {
    expect(write([{ a: 1, b: 2, c: 3 }, { c: 6, a: 4, b: 5 }, { a: 7, c: 9 }, { b: 8 }])).toBe(
      'a,b,c\r\n1,2,3\r\n4,5,6\r\n7,,9\r\n,8,\r\n',
    )
  })

  it('takes records without a prototype, and own fields only', () => {
    const bare = Object.assign(Object.create(null), { a: 1 })
    const heir: object = Object.assign(Object.create({ inherited: 1 }), { a: 2 })
    expect(write([bare, heir])).toBe('a\r\n1\r\n2\r\n')
    expect(write([heir, bare])).toBe('a\r\n2\r\n1\r\n')
  })

  it('keeps a line that would be empty', () => {
    expect(write([{ a: null }, { a: '' }])).toBe('a\r\n""\r\n""\r\n')
  })

  it('passes flush on (G11)', () => {
    expect([...formatCsv([{ a: 1 }, flush])]).toEqual(['a\r\n1\r\n', flush])
  })

  it('answers an asynchronous source asynchronously', async () => {
    const records = (async function* () {
      yield { a: 1 }
      yield [{ a: 2 }]
    })()
    const texts: unknown[] = []
    for await (const text of formatCsv(records)) texts.push(text)
    expect(texts).toEqual(['a\r\n1\r\n', '2\r\n'])
  })

  it('refuses a bad option before anything is asked for', () => {
    expect(() => formatCsv([], { delimiter: '"' })).toThrow(TypeError)
  })
})

describe('formatCsv refuses', () => {
  it.each<[string, RecordItem[], CsvOptions, string, string]>([
    [
      'another width',
      [
        [
          [1, 2],
          [3, 4],
        ],
        [5],
      ],
      {},
      'FIELD_COUNT',
      '3 as CSV: it has 1 field, the first had 2',
    ],
    [
      'a width unlike the columns',
      [[1]],
      { columns: ['a', 'b'] },
      'FIELD_COUNT',
      '1 as CSV: it has 1 field, `columns` names 2',
    ],
    [
      'a key that the first lacks',
      [{ a: 1 }, { a: 2, b: 3 }],
      {},
      'UNKNOWN_FIELD',
      '2 as CSV: it has a field "b" that the first had not; name `columns` to keep or drop it',
    ],
    [
      'a key in place of another',
      [
        { a: 1, b: 2 },
        { a: 2, c: 3 },
      ],
      {},
      'UNKNOWN_FIELD',
      '2 as CSV: it has a field "c" that the first had not; name `columns` to keep or drop it',
    ],
    [
      'an object value',
      [{ a: 1 }, { a: {} }],
      {},
      'FIELD_VALUE',
      '2 as CSV: column "a" is an object (Object); give text, a number, a boolean, a valid Date or null',
    ],
    [
      'NaN in a row',
      [[1, Number.NaN]],
      {},
      'FIELD_VALUE',
      '1 as CSV: column 2 is a number (NaN); give text, a number, a boolean, a valid Date or null',
    ],
    [
      'a record without fields',
      [{}],
      {},
      'NO_FIELDS',
      '1 as CSV: it is an object (Object) without fields; give it one or name `columns`',
    ],
    ['a row without fields', [[[]]], {}, 'NO_FIELDS', '1 as CSV: it has no fields; give it at least one'],
    [
      'a promise',
      [Promise.resolve({ a: 1 })],
      { columns: ['a'] },
      'NO_FIELDS',
      '1 as CSV: it is an object (Promise) that has none of the columns',
    ],
    [
      'an array after an object',
      [{ a: 1 }, [1]],
      {},
      'NOT_A_RECORD',
      '2 as CSV: it is an array, the first was an object; give an object or an array of fields',
    ],
    [
      'an object after an array',
      [[1], { a: 1 }],
      {},
      'NOT_A_RECORD',
      '2 as CSV: it is an object, the first was an array; give an object or an array of fields',
    ],
    [
      'null in a batch',
      [[{ a: 1 }, null]],
      {},
      'NOT_A_RECORD',
      '2 as CSV: it is null; give an object or an array of fields',
    ],
  ])('%s, with its number', (_, records, options, code, message) => {
    const run = () => write(records, options)
    expect(run).toThrow(expect.objectContaining({ name: 'RecordError', code }))
    expect(run).toThrow(`Cannot write record ${message}`)
  })

  it('bytes, which are no record', () => {
    expect(() => write([new Uint8Array(2)])).toThrow(
      'record 1 as CSV: it is an object (Uint8Array); give an object or',
    )
  })

  it('a record whose getter throws, with the cause', () => {
    const cause = new Error('no such row')
    const record = {
      get a(): unknown {
        throw cause
      },
    }
    expect(() => write([record])).toThrow(expect.objectContaining({ code: 'UNREADABLE', record: 1, cause }))
  })

  it('a record, and writes others as before', () => {
    expect(() => write([[1, {}]])).toThrow('column 2')
    expect(write([[1, 2]])).toBe('1,2\r\n')
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'",;\r\n\t =+-@\'＝＋－＠\uFEFFa東é'), maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 90, maxLength: 130 }),
)
const field = fc.oneof(
  hostile,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
)
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 30 }),
  )
const delimiters = fc.constantFrom(',', ';', '\t', '|', ' ', "'", '=')

/** The same rows cut into batches at any places. */
function cut(rows: unknown[][], places: number[]): unknown[][][] {
  const ends = [...places.map((place) => place % rows.length), rows.length].sort((a, b) => a - b)
  return ends.map((end, i) => rows.slice(ends[i - 1] ?? 0, end))
}

function toText(value: unknown): string {
  return value === null ? '' : String(value)
}

describe('formatCsv, for any fields', () => {
  it('reads back equal through another parser, in any batches', () => {
    fc.assert(
      fc.property(table, fc.array(fc.nat()), delimiters, (rows, places, delimiter) => {
        const text = write(cut(rows, places), { delimiter, formulas: 'allow' })
        expect(text).toBe(rows.map((row) => write([[row]], { delimiter, formulas: 'allow' })).join(''))
        expect(parse(text, { delimiter, record_delimiter: '\r\n' })).toEqual(
          rows.map((row) => row.map(toText)),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('gives the same text for objects as for arrays', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const objects = rows.map((row) => Object.fromEntries(row.map((value, i) => [`c${i}`, value])))
        expect(write(objects, { header: false })).toBe(write([rows]))
      }),
    )
  })

  it('lets no text begin as a formula (G12)', () => {
    fc.assert(
      fc.property(fc.array(fc.array(hostile, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
        const read: string[][] = parse(write(rows), { record_delimiter: '\r\n' })
        for (const text of read.flat()) expect(text).not.toMatch(/^[=+\-@\t\r＝＋－＠]/)
        expect(read.flat().map((text, i) => (rows.flat()[i] === text ? text : text.slice(1)))).toEqual(
          rows.flat(),
        )
      }),
      { numRuns: 500 },
    )
  })
})
