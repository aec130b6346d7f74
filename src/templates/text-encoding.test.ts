import { describe, expect, it } from 'vitest'
import { TextEncoding } from './text-encoding.ts'

describe('TextEncoding', () => {
  it.each([
    ['utf-8', 'ä€', 'c3a4e282ac'],
    ['UTF-8', 'ä', 'c3a4'],
    ['utf16le', 'a€', '6100ac20'],
    ['latin1', 'aä', '61e4'],
    ['ISO-8859-1', 'ÿ', 'ff'],
    ['ascii', 'a~', '617e'],
    ['US-ASCII', 'a', '61'],
  ])('encodes as %s', (encoding, text, hex) => {
    const encoder = new TextEncoding({ encoding, errors: 'strict' })
    expect(Buffer.from(encoder.encode(text)).toString('hex')).toBe(hex)
    expect(encoder.end().byteLength).toBe(0)
  })

  it('refuses an encoding that Node does not have', () => {
    expect(() => new TextEncoding({ encoding: 'koi8-r', errors: 'strict' })).toThrow(
      'Cannot encode as koi8-r',
    )
  })
})
