import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cssFormat, REFUSED_CSS, toSafeCss } from './css-format.ts'

describe('toSafeCss', () => {
  it.each(['red', '#ff00aa', '12.5px', '-3em', '50%', '1px 2px', 'Noto Sans, serif', 'größe', ''])(
    'lets %j through',
    (value) => {
      expect(toSafeCss(value)).toBe(value)
    },
  )

  it.each([
    'red; background: url(//evil)',
    'url(x)',
    'expression(alert(1))',
    '}a{',
    '"',
    "'",
    'a\\3b',
    '/**/',
    '<!--',
    '-->',
    '@import',
    'a\nb',
    'var(--x)',
    'a:b',
  ])('G12: refuses %j', (value) => {
    expect(toSafeCss(value)).toBe(REFUSED_CSS)
  })

  it('G12: gives nothing that could end a declaration', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1 ;:{}()"\'\\/*<>@!-\n#%,.') }), (text) => {
        expect(toSafeCss(text)).not.toMatch(/[;:{}()"'\\/*<>@!\n]/)
      }),
    )
  })
})

describe('cssFormat', () => {
  it.each([
    'color: ',
    'a{color:red;width:',
    '/* it\'s "x */ color: ',
    'content: "a;b"; color: ',
    'content: "\\""; color:',
    'a:hover{color:',
  ])('writes a value after %j', (before) => {
    expect(cssFormat(before)).toEqual({ kind: 'format', format: toSafeCss })
  })

  it.each([
    ['', /only the value of a property/],
    ['color: red; ', /only the value of a property/],
    ['a { ', /only the value of a property/],
    ['content: "', /string or a comment/],
    ["content: '\\'", /string or a comment/],
    ['color: /* ', /string or a comment/],
    ['color: red\\', /string or a comment/],
    ['background: url(', /url\(…\)/],
    ['background: URL( a', /url\(…\)/],
  ])('gives a fault after %j', (before, fault) => {
    expect(cssFormat(before)).toMatchObject({ kind: 'fault', fault: expect.stringMatching(fault) })
  })
})
