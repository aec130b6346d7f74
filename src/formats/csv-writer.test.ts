import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvOptions, toCsvDialect } from './csv-options.ts'
import { CsvWriter } from './csv-writer.ts'

function write(value: unknown, options: CsvOptions = {}): string | undefined {
  const writer = new CsvWriter(toCsvDialect(options))
  writer.open()
  const known = writer.field(value)
  const text = writer.close()
  return known ? text : undefined
}

describe('CsvWriter', () => {
  it.each([
    [null, ''],
    [undefined, ''],
    ['', ''],
    [true, 'true'],
    [false, 'false'],
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [-12, '-12'],
    [999_999_999, '999999999'],
    [1_000_000_000, '1000000000'],
    [-2_147_483_648, '-2147483648'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [0.5, '0.5'],
    [-33.86785, '-33.86785'],
    [1.000001, '1.000001'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [12345678901234567890n, '12345678901234567890'],
    [-1n, '-1'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['a\nb', '"a\nb"'],
    ['a\rb', '"a\rb"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    ['a\t', '"a\t"'],
    ['a b', 'a b'],
    ['Ærø', 'Ærø'],
    ['東京,都', '"東京,都"'],
    ['\uFEFFa', '"\uFEFFa"'],
  ])('writes %s as %j', (value, text) => {
    expect(write(value)).toBe(text)
  })

  it.each([Number.NaN, Infinity, -Infinity, new Date(Number.NaN), {}, [], new Map(), Symbol('s'), () => 1])(
    'has no form for %s',
    (value) => {
      expect(write(value)).toBeUndefined()
    },
  )

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@x', "'@x"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠x', "'＠x"],
    ['=a,"b"', '"\'=a,""b"""'],
    ['a=1', 'a=1'],
    ["'=1", "'=1"],
  ])('guards %j as %j (G12)', (value, text) => {
    expect(write(value)).toBe(text)
  })

  it('leaves formulas alone where they are allowed', () => {
    expect(write('=1+1', { formulas: 'allow' })).toBe('=1+1')
    expect(write('\tx', { formulas: 'allow' })).toBe('"\tx"')
  })

  it('quotes what holds another delimiter, and not a comma then', () => {
    expect(write('a;b', { delimiter: ';' })).toBe('"a;b"')
    expect(write('a|b', { delimiter: '|' })).toBe('"a|b"')
    expect(write('a,b', { delimiter: ';' })).toBe('a,b')
  })

  it.each([99, 100, 101, 20_000])('writes text of %i characters by the same rules', (length) => {
    const text = 'x'.repeat(length - 1)
    expect(write(text + 'x')).toBe(text + 'x')
    expect(write(text + '"')).toBe(`"${text}"""`)
    expect(write('=' + text)).toBe("'=" + text)
    expect(write(text + ' ')).toBe(`"${text} "`)
    expect(write(text + '都')).toBe(text + '都')
  })

  it('writes an empty line as an empty quoted field', () => {
    const writer = new CsvWriter(toCsvDialect())
    writer.open()
    for (const value of ['', 'x', null, '都', '']) {
      writer.field(value)
      writer.endLine()
    }
    expect(writer.close()).toBe('""\r\nx\r\n""\r\n都\r\n""\r\n')
  })

  it('writes blocks of any size', () => {
    const writer = new CsvWriter(toCsvDialect())
    writer.open()
    for (let i = 0; i < 50_000; i++) {
      writer.field(null)
      writer.separate()
    }
    for (let i = 0; i < 50_000; i++) {
      writer.field(null)
      writer.endLine()
    }
    expect(writer.close()).toBe(','.repeat(50_000) + '\r\n' + '""\r\n'.repeat(49_999))
  })

  it('keeps two writers apart that write at the same time', () => {
    const [outer, inner] = [new CsvWriter(toCsvDialect()), new CsvWriter(toCsvDialect())]
    outer.open()
    outer.field('outer')
    inner.open()
    inner.field('inner')
    expect(inner.close()).toBe('inner')
    outer.field(1)
    expect(outer.close()).toBe('outer1')
  })

  it('writes every number as String() does', () => {
    const decimals = fc
      .tuple(fc.integer(), fc.integer({ min: 0, max: 9 }))
      .map(([n, places]) => n / 10 ** places)
    const numbers = fc.oneof(decimals, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
    fc.assert(
      fc.property(numbers, (value) => {
        expect(write(value)).toBe(String(value))
      }),
      { numRuns: 5000 },
    )
  })
})
