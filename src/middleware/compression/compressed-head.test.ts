import { describe, expect, it } from 'vitest'
import { toCompressedHeaders, toUnmodifiedHeaders, toVaryingHeaders } from './compressed-head.ts'

const all = (headers: Headers) => Object.fromEntries(headers)

describe('toCompressedHeaders', () => {
  it('drops what was true of other bytes, and changes nothing else [CPY-040, DJG-044]', () => {
    const original = new Headers({
      a: 'b',
      'content-length': '1',
      'accept-ranges': 'bytes',
      'repr-digest': 'sha-256=:a:',
      etag: '"1"',
    })
    const vary = 'Accept-Encoding'
    expect(all(toCompressedHeaders(original, 'br'))).toEqual({
      a: 'b',
      'content-encoding': 'br',
      etag: 'W/"1"',
      vary,
    })
    expect(original.get('etag')).toBe('"1"')
  })
})

describe('toVaryingHeaders', () => {
  it.each([
    ['Cookie', 'Cookie, Accept-Encoding'],
    ['Cookie, ACCEPT-encoding', 'Cookie, ACCEPT-encoding'],
    ['*', '*'],
    ['X-Accept-Encoding', 'X-Accept-Encoding, Accept-Encoding'],
  ])('makes of Vary: %s %s', (vary, expected) => {
    expect(toVaryingHeaders(new Headers({ vary })).get('vary')).toBe(expected)
  })
})

describe('toUnmodifiedHeaders', () => {
  it.each([
    ['W/"1"', 'W/"1"'],
    ['"0", W/"1"', 'W/"1"'],
    ['"1"', '"1"'],
    ['W/"2"', '"1"'],
    ['*', '"1"'],
    [null, '"1"'],
  ])('answers If-None-Match: %s with the tag %s [DJG-044]', (ifNoneMatch, expected) => {
    expect(toUnmodifiedHeaders(new Headers({ etag: '"1"' }), ifNoneMatch).get('etag')).toBe(expected)
  })
})
