import { describe, expect, it } from 'vitest'
import { toHeaders } from './to-headers.ts'

describe('toHeaders', () => {
  it('joins fields of one name, cookies by semicolons (RFC 6265 §5.4)', () => {
    const headers = toHeaders(['Accept', 'a', 'Cookie', 'x=1', 'accept', 'b', 'COOKIE', 'y=2', 'X-Empty', ''])
    expect(Object.fromEntries(headers)).toEqual({ accept: 'a, b', cookie: 'x=1; y=2', 'x-empty': '' })
  })

  it('has no cookie where the request has none', () => {
    expect(toHeaders([]).has('cookie')).toBe(false)
  })
})
