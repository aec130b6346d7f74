import { describe, expect, it } from 'vitest'
import { srcsetFormat } from './srcset-format.ts'
import { REFUSED_URL } from './url-format.ts'

function write(before: string, value: string, isWhole = false): string {
  const verdict = srcsetFormat(before, isWhole)
  return verdict.kind === 'format' ? verdict.format(value) : verdict.fault
}

describe('srcsetFormat', () => {
  it('takes a whole list when it is all of the attribute', () => {
    expect(write('', 'a.png 1x, b.png 2x', true)).toBe('a.png 1x, b.png 2x')
    expect(write('', 'a.png 1x, data:x 2x', true)).toBe(REFUSED_URL)
  })

  it('G12: lets a value at the beginning of a candidate be one URL, and no more', () => {
    expect(write('', '/a b,c 2x')).toBe('/a%20b%2Cc%202x')
    expect(write('a.png 1x, ', 'javascript:x')).toBe(REFUSED_URL)
  })

  it('G12: lets a value inside of a candidate be a part of its URL', () => {
    expect(write('a.png 1x, /img/', 'b/c d')).toBe('b%2Fc%20d')
  })
})
