import { describe, expect, it } from 'vitest'
import { toCompressSettings } from './compress-options.ts'

describe('toCompressSettings', () => {
  it('has defaults', () => {
    expect(toCompressSettings({})).toMatchObject({
      encodings: ['zstd', 'br', 'gzip', 'deflate'],
      threshold: 1024,
      levels: {},
      events: false,
      credentials: false,
    })
  })

  it('keeps what is given', () => {
    const given = {
      encodings: ['br'],
      threshold: 0,
      types: ['a/b'],
      levels: { br: 11 },
      events: true,
    } as const
    expect(toCompressSettings({ ...given, credentials: true })).toEqual({ ...given, credentials: true })
  })

  it('refuses what it cannot keep', () => {
    // What a JavaScript application may do.
    const unknown: object = { level: 3 }
    expect(() => toCompressSettings(unknown)).toThrow('Cannot compress: there is no option `level`')
    const encodings = JSON.parse('["lzma"]')
    expect(() => toCompressSettings({ encodings })).toThrow(
      'Cannot compress with lzma: this Node.js has zstd',
    )
    expect(() => toCompressSettings({ threshold: -1 })).toThrow(RangeError)
    expect(() => toCompressSettings({ threshold: NaN })).toThrow(RangeError)
    expect(() => toCompressSettings({ levels: { gzip: 10 } })).toThrow('gzip at level 10: give 1 to 9')
    expect(() => toCompressSettings({ levels: { br: 1.5 } })).toThrow(RangeError)
    expect(() => toCompressSettings({ levels: { zstd: 20 } })).toThrow(RangeError)
  })
})
