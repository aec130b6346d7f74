import { describe, expect, it } from 'vitest'
import { isAuthority } from './is-authority.ts'

describe('isAuthority', () => {
  it.each(['a', 'example.com', 'localhost:0', 'a:', '127.0.0.1:80', '[::1]', '[2001:db8::1]:8080', 'a_b.c'])(
    'takes %s, also when it comes again',
    (text) => {
      expect([isAuthority(text), isAuthority(text)]).toEqual([true, true])
    },
  )

  it.each([
    '',
    'a b',
    'a/b',
    'me@a',
    'a:b',
    'a:99999',
    '%',
    'a%zz',
    '[::',
    '1.2.3.4.5',
    'a:1:2',
    'a, b',
    'a\\b',
    'a?b',
  ])('refuses "%s", also when it comes again', (text) => {
    expect([isAuthority(text), isAuthority(text)]).toEqual([false, false])
  })
})
