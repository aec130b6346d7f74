import { describe, expect, it } from 'vitest'
import { type Encoding, negotiateEncoding, toEncoding } from './negotiate-encoding.ts'

const all: readonly Encoding[] = ['zstd', 'br', 'gzip', 'deflate']
const choose = (accept: string | null) => {
  const negotiated = negotiateEncoding(accept, all)
  return negotiated.kind === 'encoded' ? negotiated.encoding : negotiated.kind
}

describe('negotiateEncoding', () => {
  it.each([
    [null, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip;q=1, br;q=0.9', 'gzip'],
    ['gzip; q = 0.2 , deflate;Q=0.300', 'deflate'],
    ['*', 'zstd'],
    ['*;q=0.5, zstd;q=0', 'br'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=2', 'gzip'],
    ['gzip;q=x', 'identity'],
    ['identity', 'identity'],
    ['identity;q=0.5, gzip;q=0.4', 'identity'],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0', 'refused'],
    ['*;q=0', 'refused'],
    ['*;q=0, identity', 'identity'],
    ['*;q=0, gzip', 'gzip'],
    [', gzip,, ;q=1,', 'gzip'],
  ])('makes of %j %s', (accept, expected) => {
    expect(choose(accept)).toBe(expected)
  })

  it('tells that nothing but an encoding is accepted', () => {
    const encoded = { kind: 'encoded', encoding: 'gzip' }
    expect(negotiateEncoding('gzip, identity;q=0', all)).toEqual({ ...encoded, isForced: true })
    expect(negotiateEncoding('gzip, *;q=0', all)).toEqual({ ...encoded, isForced: true })
    expect(negotiateEncoding('gzip', all)).toEqual({ ...encoded, isForced: false })
  })
})

describe('toEncoding', () => {
  it('knows the encodings, and nothing else', () => {
    expect(['zstd', 'br', 'gzip', 'deflate'].map(toEncoding)).toEqual(['zstd', 'br', 'gzip', 'deflate'])
    expect(['', 'x-gzip', 'GZIP', 'constructor'].map(toEncoding)).toEqual(Array(4).fill(undefined))
  })
})
