import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outlineOf, textOf } from '../../../test/support/parse-html.ts'
import { HOLE } from './url-format.ts'
import { formatScriptValue, scriptFault } from './script-value.ts'

describe('formatScriptValue', () => {
  it('writes JSON', () => {
    const value = { a: [1, 'x', null, true], date: new Date(0) }
    expect(formatScriptValue(value)).toBe('{"a":[1,"x",null,true],"date":"1970-01-01T00:00:00.000Z"}')
  })

  it.each([undefined, null, { toJSON: () => undefined }])('writes %j as null', (value) => {
    expect(formatScriptValue(value)).toBe('null')
  })

  it('G12: writes what HTML or JavaScript could take for more as escapes', () => {
    expect(formatScriptValue('</script><!--&\u2028\u2029')).toBe(
      String.raw`"\u003c/script\u003e\u003c!--\u0026\u2028\u2029"`,
    )
  })

  it('G12: reads back as the same data, by JavaScript, by JSON, and by a parser of HTML', () => {
    const text = fc.string({ unit: fc.constantFrom(...'</script>!-&"\'\\\u2028\u2029\n ') })
    const data = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, text, fc.jsonValue(), fc.array(tie('value'))),
    })).value
    fc.assert(
      fc.property(data, (value) => {
        const written = formatScriptValue(value)
        const expected = JSON.stringify(value, (key, one: unknown) => (key === '__proto__' ? undefined : one))
        expect(JSON.parse(written)).toEqual(JSON.parse(expected))
        expect(JSON.stringify(runInNewContext(`(${written})`))).toBe(expected)
        expect(outlineOf(`<script>${written}</script>`)).toEqual(['script'])
        expect(textOf(`<script>${written.toWellFormed()}</script>`)).toBe(written.toWellFormed())
      }),
    )
  })

  it('G12: leaves out a key that would be the prototype of the object', () => {
    expect(formatScriptValue(JSON.parse('{"a":"__proto__","b":[{"__proto__":{"x":1}}]}'))).toBe(
      '{"a":"__proto__","b":[{}]}',
    )
  })

  it.each([1n, Symbol('x'), new Set([1]), [].values()])(
    'throws for %o, which JSON has no form for',
    (value) => {
      expect(() => formatScriptValue(value)).toThrow(/^Cannot write .* in a script: give data for JSON$/)
    },
  )
})

describe('scriptFault', () => {
  it.each([
    ['const a = ', ';'],
    ['', ''],
    ['f(', ', 1)'],
    [`f(${HOLE}, `, ')'],
    ['// a comment\nlet a = ', '\n'],
    ['/* " */ let a = ', ''],
    ['let s = "a/b", a = ', ''],
    ["let s = 'it is', a =", ' }'],
  ])('finds none between %j and %j', (before, after) => {
    expect(scriptFault(before, after)).toBe(undefined)
  })

  it.each([
    ['let a = "', '"', /string or a comment/],
    ["let a = '", "'", /string or a comment/],
    ['let a = `', '`', /string or a comment/],
    ['let b = `x`, a = ', '', /string or a comment/],
    ['// ', '', /string or a comment/],
    ['/* ', ' */', /string or a comment/],
    ['let b = "\\"", a = ', '', /string or a comment/],
    ['let b = /x/, a = ', '', /regular expression/],
    ['let b = 1 / 2, a = ', '', /regular expression/],
    ['let a', ' = 1', /touches a word/],
    ['a.', '', /touches a word/],
    ['f(', 'x)', /touches a word/],
    [`f(${HOLE}`, ')', /touches a word/],
  ])('finds one between %j and %j', (before, after, fault) => {
    expect(scriptFault(before, after)).toMatch(fault)
  })
})
