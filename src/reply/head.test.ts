import { describe, expect, it } from 'vitest'
import { isHopByHop, parseContentLength, sealHeaders, toFields, toTrailerFields } from './head.ts'

const connectionFields = [
  'Connection',
  'Keep-Alive',
  'Transfer-Encoding',
  'TE',
  'Upgrade',
  'Proxy-Connection',
]

describe('toFields', () => {
  it('gives names and values in turn, each cookie by itself', () => {
    const headers = new Headers({ b: '2', a: '1' })
    headers.append('a', '3')
    headers.append('set-cookie', 'x=1')
    headers.append('set-cookie', 'y=2')
    expect(toFields(headers)).toEqual(['a', '1, 3', 'b', '2', 'set-cookie', 'x=1', 'set-cookie', 'y=2'])
  })

  it.each(connectionFields)('G8: refuses %s', (name) => {
    expect(() => toFields(new Headers({ [name]: 'x' }))).toThrow(`G8: Cannot set ${name.toLowerCase()}`)
  })
})

describe('isHopByHop', () => {
  it('looks at no letter case', () => {
    for (const name of connectionFields) {
      expect([isHopByHop(name), isHopByHop(name.toUpperCase())]).toEqual([true, true])
    }
    expect(isHopByHop('content-length')).toBe(false)
  })
})

describe('toTrailerFields', () => {
  it('gives names and values in turn, of whatever makes headers', () => {
    expect(toTrailerFields({ sum: '1' })).toEqual(['sum', '1'])
    expect(toTrailerFields([['sum', '1']])).toEqual(['sum', '1'])
    expect(toTrailerFields(new Headers())).toEqual([])
  })

  it.each(['Content-Length', 'content-type', 'Set-Cookie', 'Transfer-Encoding', 'Trailer', 'Host'])(
    'G12: refuses %s, which must stand before the body',
    (name) =>
      expect(() => toTrailerFields({ [name]: 'x' })).toThrow(
        `G12: Cannot send ${name.toLowerCase()} as a trailer`,
      ),
  )

  it('G12: refuses a line break', () => {
    expect(() => toTrailerFields({ sum: '1\r\nx: y' })).toThrow(TypeError)
  })
})

describe('parseContentLength', () => {
  it.each([
    ['0', 0],
    ['12', 12],
    ['999999999999999', 999_999_999_999_999],
  ])('reads %s', (value, bytes) => {
    expect(parseContentLength(new Headers({ 'content-length': value }))).toBe(bytes)
  })

  it('is undefined where there is none', () => {
    expect(parseContentLength(new Headers())).toBe(undefined)
  })

  it.each(['', '-1', '1.5', '1e3', '0x10', '1, 1', 'many', '9999999999999999'])(
    'G6: refuses "%s"',
    (value) => {
      expect(() => parseContentLength(new Headers({ 'content-length': value }))).toThrow(
        'G6: Cannot send Content-Length',
      )
    },
  )
})

describe('sealHeaders', () => {
  it('G3: refuses changes and leaves reading', () => {
    const headers = new Headers({ a: 'b' })
    sealHeaders(headers)
    for (const change of ['set', 'append', 'delete'] as const) {
      expect(() => Reflect.apply(headers[change], headers, ['x', 'y'])).toThrow(
        'G3: Cannot change the header x',
      )
    }
    expect(headers.get('a')).toBe('b')
    expect(new Headers(headers).get('a')).toBe('b')
  })
})
