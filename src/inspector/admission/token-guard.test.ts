import { describe, expect, it } from 'vitest'
import { askContext } from '../../../test/support/ask-context.ts'
import { TokenGuard } from './token-guard.ts'

const token = 'correct.horse.battery'
const guard = new TokenGuard(token)
const cookie = guard.toCookie(askContext()).split(';')[0] ?? ''

describe('TokenGuard', () => {
  it.each([
    ['field', { fields: { authorization: `Bearer ${token}` } }],
    ['field', { fields: { authorization: `bearer  ${token} ` } }],
    ['query', { target: `/inspect/?a=b&token=${token}` }],
    ['cookie', { fields: { cookie } }],
    ['cookie', { fields: { cookie: `a=b; ${cookie}; c=d` } }],
    // The address is cleared where the browser has the cookie already, too.
    ['cookie', { fields: { cookie }, target: `/inspect/?token=${token}` }],
  ])('knows the token again, as a %s', (shown, asked) => {
    expect(guard.find(askContext(asked))).toBe(shown)
  })

  it.each([
    ['nothing', {}],
    ['another token', { fields: { authorization: 'Bearer correct.horse.batterz' } }],
    ['a longer one', { fields: { authorization: `Bearer ${token}x` } }],
    ['another scheme', { fields: { authorization: `Basic ${token}` } }],
    ['an empty query', { target: '/inspect/?token=' }],
    ['the token as a cookie', { fields: { cookie: `${cookie.split('=')[0]}=${token}` } }],
    ['the cookie as a token', { target: `/inspect/?token=${cookie.split('=')[1]}` }],
    ['a cookie whose name ends the same', { fields: { cookie: `x${cookie}` } }],
  ])('does not take %s for it', (_, asked) => {
    expect(guard.find(askContext(asked))).toBeUndefined()
  })

  it('gives a cookie without the token in it, for scripts to leave alone', () => {
    const set = guard.toCookie(askContext())
    expect(set).toMatch(/^millrace-inspector-[\da-f]{8}=[\w-]{43}; HttpOnly; SameSite=Lax$/)
    expect(set).not.toContain(token)
    expect(guard.toCookie(askContext({ secure: true }))).toMatch(/; Secure$/)
  })

  it('gives servers with different tokens different cookies, on one host', () => {
    const other = new TokenGuard('another.horse.battery')
    expect(other.toCookie(askContext()).split('=')[0]).not.toBe(cookie.split('=')[0])
    expect(other.find(askContext({ fields: { cookie } }))).toBeUndefined()
  })
})
