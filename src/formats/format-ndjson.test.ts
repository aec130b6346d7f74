import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNdjson } from './format-ndjson.ts'

describe('formatNdjson', () => {
  it('writes one line for each record', () => {
    expect([...formatNdjson([{ a: 1 }, [1, 2], 'x', 7, null, true])]).toEqual([
      '{"a":1}\n',
      '[1,2]\n',
      '"x"\n',
      '7\n',
      'null\n',
      'true\n',
    ])
  })

  it('takes an array for one record unless told', () => {
    expect([...formatNdjson([[{ a: 1 }, { a: 2 }], []])]).toEqual(['[{"a":1},{"a":2}]\n', '[]\n'])
  })

  it('writes a batch as one block of lines', () => {
    const batches = [[{ a: 1 }, { a: 2 }], [], [[1, 2], 'x']]
    expect([...formatNdjson(batches, { batches: true })]).toEqual(['{"a":1}\n{"a":2}\n', '', '[1,2]\n"x"\n'])
  })

  it('answers an asynchronous source asynchronously', async () => {
    const records = (async function* () {
      yield { a: 1 }
    })()
    const texts: unknown[] = []
    for await (const text of formatNdjson(records)) texts.push(text)
    expect(texts).toEqual(['{"a":1}\n'])
  })

  it('keeps line separators and escapes line feeds', () => {
    expect([...formatNdjson(['\u2028\n'])]).toEqual(['"\u2028\\n"\n'])
  })

  it.each([
    [undefined, 'it is undefined, which JSON has no form for; give null or leave it out'],
    [Symbol('s'), 'it is a symbol (Symbol(s)), which JSON has no form for; give null or leave it out'],
    [function name() {}, 'it is a function (name), which JSON has no form for; give null or leave it out'],
  ])('refuses %s with its number', (record, state) => {
    const run = () => [...formatNdjson([[1], record])]
    expect(run).toThrow(`Cannot write record 2 as NDJSON: ${state}`)
  })

  it('refuses a cycle with its number and the cause', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const run = () => [
      ...formatNdjson(
        [
          [1, 2],
          [3, cycle],
        ],
        { batches: true },
      ),
    ]
    expect(run).toThrow(
      /^Cannot write record 4 as NDJSON: .*circular.*; give data without cycles, and a BigInt as text$/,
    )
    expect(run).toThrow(
      expect.objectContaining({ code: 'NOT_JSON', record: 4, cause: expect.any(TypeError) }),
    )
  })

  it('refuses a BigInt, and what toJSON throws', () => {
    expect(() => [...formatNdjson([{ n: 1n }])]).toThrow(
      /^Cannot write record 1 as NDJSON: .*BigInt as text$/,
    )
    const odd = { toJSON: () => fail() }
    expect(() => [...formatNdjson([odd])]).toThrow(/record 1 as NDJSON: no such row;/)
  })

  it('refuses an item that is no batch where batches are set', () => {
    const run = () => [...formatNdjson([[1], { a: 1 }], { batches: true })]
    expect(run).toThrow(
      'Cannot write record 2 as NDJSON: `batches` is set and the item is an object (Object); give arrays of records',
    )
  })

  it('reads back equal, one line for each record, in any batches', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.jsonValue())), (batches) => {
        const records = batches.flat()
        const read = (text: string) =>
          text
            .split('\n')
            .slice(0, -1)
            .map((line): unknown => JSON.parse(line))
        // JSON has one zero: -0 reads back as 0.
        const expected: unknown = JSON.parse(JSON.stringify(records))
        expect(read([...formatNdjson(batches, { batches: true })].join(''))).toEqual(expected)
        expect(read([...formatNdjson(records)].join(''))).toEqual(expected)
      }),
    )
  })
})

function fail(): never {
  throw new Error('no such row')
}
