import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForwarded } from './parse-forwarded.ts'

function parse(text: string): unknown {
  return parseForwarded(text)?.map((element) => Object.fromEntries(element))
}

describe('parseForwarded', () => {
  it.each([
    ['for=192.0.2.60', [{ for: '192.0.2.60' }]],
    [
      'for=192.0.2.60;proto=http; by=203.0.113.43',
      [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }],
    ],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
    ['for=192.0.2.43, for="[2001:db8:cafe::17]"', [{ for: '192.0.2.43' }, { for: '[2001:db8:cafe::17]' }]],
    ['for=_hidden, for=unknown', [{ for: '_hidden' }, { for: 'unknown' }]],
    ['for="a\\"b, for=c"', [{ for: 'a"b, for=c' }]],
    [' \tfor=a ;\t, for=b, ', [{ for: 'a' }, { for: 'b' }]],
    ['host="";proto=HTTPS', [{ host: '', proto: 'HTTPS' }]],
    ['', []],
    [', ,;', []],
  ])('reads %j', (text, elements) => {
    expect(parse(text)).toEqual(elements)
  })

  it.each([
    ['a quotation mark that is left open', 'for="a, for=192.0.2.1'],
    ['one that swallows what a proxy has added', 'for=a;x=", for="192.0.2.1"'],
    ['no value', 'for=, for=b'],
    ['no name', '=a'],
    ['no equals sign', 'for'],
    ['brackets without quotation marks', 'for=[::1]'],
    ['a port without quotation marks', 'for=192.0.2.1:80'],
    ['something after a string', 'for="a"b'],
    ['a name twice', 'for=a;For=b'],
    ['white space around an equals sign', 'for = a'],
    ['a control character', 'for="a\u0001"'],
  ])('refuses %s', (_, text) => {
    expect(parse(text)).toBe(undefined)
  })

  it('reads what was written by the rules, whatever it holds', () => {
    const token = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]+$/)
    const quoted = fc.stringMatching(/^[\t !-~]*$/)
    const value = fc.oneof(
      token.map((text) => [text, text] as const),
      quoted.map((text) => [text, `"${text.replace(/["\\]/g, '\\$&')}"`] as const),
    )
    const name = fc.constantFrom('for', 'proto', 'host', 'by', 'x-other')
    const element = fc.uniqueArray(fc.tuple(name, value), { minLength: 1, selector: ([key]) => key })
    const space = fc.constantFrom('', ' ', '\t ')
    fc.assert(
      fc.property(fc.array(element), space, (elements, blank) => {
        const text = elements
          .map((pairs) => pairs.map(([key, [, written]]) => `${key}=${written}`).join(`;${blank}`))
          .join(`${blank},${blank}`)
        const meant = elements.map((pairs) => Object.fromEntries(pairs.map(([key, [plain]]) => [key, plain])))
        expect(parse(text)).toEqual(meant)
      }),
    )
  })

  it('takes no time over what is long', () => {
    expect(parse(`for="${'\\"'.repeat(8000)}`)).toBe(undefined)
    expect(parse(','.repeat(16_000))).toEqual([])
  })
})
