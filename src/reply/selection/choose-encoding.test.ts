import { describe, expect, it } from 'vitest'
import { chooseEncoding, encodings } from './choose-encoding.ts'

describe('chooseEncoding', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip, zstd', 'zstd'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0, br', 'br'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['*;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'zstd'],
    ['identity', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['identity;q=0, gzip;q=0.001', 'gzip'],
    ['deflate', undefined],
    ['gzip;q=x', undefined],
    ['gzip;q=2', 'gzip'],
    ['gzip ; q=0.5 ,', 'gzip'],
  ])('answers %s with %s', (accept, encoding) => {
    expect(chooseEncoding(accept, encodings)).toBe(encoding)
  })

  it('chooses only what is there', () => {
    expect(chooseEncoding('br, gzip', ['gzip'])).toBe('gzip')
    expect(chooseEncoding('br', ['gzip'])).toBeUndefined()
    expect(chooseEncoding('br', [])).toBeUndefined()
  })
})
