import { describe, expect, it } from 'vitest'
import { FramingFault, quote } from './framing-fault.ts'

describe('quote', () => {
  it('shows control characters, and cuts what is long', () => {
    expect(quote('a\tb\0')).toBe('"a\\tb\\u0000"')
    expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(60)}…"`)
  })
})

describe('FramingFault', () => {
  it('has a name of its own', () => {
    expect(new FramingFault('so').name).toBe('FramingFault')
  })
})
