import { describe, expect, it } from 'vitest'
import { toErrorName } from './to-error-name.ts'

describe('toErrorName', () => {
  it('gives the name of RFC 9113 with the number', () => {
    expect(toErrorName(2)).toBe('INTERNAL_ERROR (2)')
    expect(toErrorName(0xd)).toBe('HTTP_1_1_REQUIRED (13)')
    expect(toErrorName(99)).toBe('an unknown error (99)')
  })
})
