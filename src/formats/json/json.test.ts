import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { json } from './json.ts'

describe('json', () => {
  it('is text at once where the value is small and plain, with its length', async () => {
    const made = json({ ok: true, at: new Date(0) }, { status: 201 })
    expect(made).toMatchObject({ streaming: false, status: 201 })
    expect(made.headers.get('content-type')).toBe('application/json')
    expect(made.blocks.length).toBe(43)
    expect(await made.text()).toBe('{"ok":true,"at":"1970-01-01T00:00:00.000Z"}')
  })

  it('is streamed by the turn where something in it is waited for or read', async () => {
    const made = json({ rows: [1, 2].values() }, { filename: 'rows.json' })
    expect(made).toMatchObject({ streaming: true, options: { delivery: 'turn' } })
    expect(made.headers.get('content-disposition')).toBe('attachment; filename=rows.json')
    expect(await made.text()).toBe('{"rows":[1,2]}')
    expect(json([1].values(), { delivery: 'block' }).options.delivery).toBe('block')
    expect(json({}, { trailers: () => ({ 'x-a': '1' }) }).streaming).toBe(true)
  })

  it('writes whatever can be iterated or read as a list', async () => {
    const value = {
      set: new Set([1, [2]]),
      map: new Map([['k', { v: 1 }]]),
      *generator() {
        yield 1
        yield undefined
      },
      async *later() {
        yield [Promise.resolve('x')]
      },
      stream: ReadableStream.from(['a', 'b']),
      params: new URLSearchParams('a=1'),
    }
    expect(await json(value).json()).toEqual({
      set: [1, [2]],
      map: [['k', { v: 1 }]],
      generator: [1, null],
      later: [['x']],
      stream: ['a', 'b'],
      params: [['a', '1']],
    })
  })

  it.each<[unknown, string]>([
    [undefined, 'Cannot write undefined as JSON'],
    [Symbol('x'), 'Cannot write a symbol (Symbol(x)) as JSON'],
    [1n, 'Cannot write a bigint (1) as JSON: give it as text, or as a number'],
  ])('refuses %o at once', (value, message) => {
    expect(() => json(value)).toThrow(message)
  })

  it.each<[unknown, string]>([
    [() => undefined, 'Cannot write $ as JSON: it is undefined'],
    [Promise.resolve(() => 1), 'Cannot write $ as JSON: it is a function'],
    [{ a: 1n }, 'Cannot write $.a as JSON: it is a bigint (1)'],
  ])('G4: fails the body of %o', async (value, message) => {
    await expect(json(value).text()).rejects.toMatchObject({
      cause: { message: expect.stringContaining(message) },
    })
  })

  it.each([11, -1, 1.5, 'x', '\n'])('refuses the indent %j', (indent) => {
    expect(() => json({}, { indent })).toThrow('Cannot indent JSON by')
  })

  it('refuses an option that there is not', () => {
    expect(() => Reflect.apply(json, undefined, [{}, { space: 2 }])).toThrow('there is no option `space`')
    expect(() => Reflect.apply(json, undefined, [[].values(), { space: 2 }])).toThrow(
      'there is no option `space`',
    )
  })

  it('G12: has the very text of JSON.stringify, whatever is late or streamed in it', async () => {
    const indents = fc.constantFrom<number | string>(0, 2, '\t')
    await fc.assert(
      fc.asyncProperty(documents, indents, async ({ made, plain }, indent) => {
        expect(await json(made(), { indent }).text()).toBe(JSON.stringify(plain, undefined, indent))
      }),
      { numRuns: 500 },
    )
  })

  it('G12: JSON.parse reads back every text, in keys and in values', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        async (given) => {
          const late = Object.fromEntries(
            Object.entries(given).map(([key, text]) => [key, Promise.resolve([text].values())]),
          )
          const plain = Object.fromEntries(Object.entries(given).map(([key, text]) => [key, [text]]))
          expect(JSON.parse(await json(late).text())).toEqual(plain)
        },
      ),
    )
  })
})

/** A value of which some parts are late or streamed, made anew each time, and the same as plain data. */
interface Document {
  made: () => unknown
  plain: unknown
}

const leaf: fc.Arbitrary<Document> = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.constantFrom(
      null,
      undefined,
      true,
      new Date(0),
      new Date(Number.NaN),
      Symbol('s'),
      new URL('http://a/'),
    ),
  )
  .map((plain) => ({ made: () => plain, plain }))

const { documents } = fc.letrec<{ documents: Document; inner: Document }>((tie) => ({
  inner: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('inner'), { maxLength: 5 }).map(toList),
    fc.tuple(fc.array(tie('inner'), { maxLength: 5 }), fc.nat(4)).map(toStreamedList),
    fc.dictionary(fc.string(), tie('inner'), { maxKeys: 5, noNullPrototype: true }).map(toObject),
    tie('inner').map(({ made, plain }) => ({ made: () => Promise.resolve(made()), plain })),
    fc.nat(600).map((length) => ({ made: () => toNumbers(length), plain: toNumbers(length) })),
  ),
  // A document that is nothing is refused, which another test looks at.
  documents: fc.array(tie('inner'), { maxLength: 4 }).map(toList),
}))

function toNumbers(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

function toList(items: readonly Document[]): Document {
  return { made: () => items.map(({ made }) => made()), plain: items.map(({ plain }) => plain) }
}

function toObject(members: Record<string, Document>): Document {
  const map = (take: (member: Document) => unknown): unknown =>
    Object.fromEntries(Object.entries(members).map(([key, member]) => [key, take(member)]))
  return { made: () => map(({ made }) => made()), plain: map(({ plain }) => plain) }
}

function toStreamedList([items, kind]: [Document[], number]): Document {
  const make = (): unknown[] => items.map(({ made }) => made())
  const later = async function* () {
    yield* make()
  }
  const kinds = [
    () => make().values(),
    () => () => make(),
    () => later(),
    () => later,
    () => ReadableStream.from(later()),
  ]
  const generator = function* () {
    yield* make()
  }
  const made = kind === 1 ? () => generator : (kinds[kind] ?? later)
  return { made, plain: items.map(({ plain }) => plain) }
}
