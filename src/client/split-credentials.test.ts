import { describe, expect, it } from 'vitest'
import { splitCredentials } from './split-credentials.ts'

const toBasic = (user: string): string => `Basic ${Buffer.from(user).toString('base64')}`

describe('splitCredentials', () => {
  it.each([
    ['http://me:secret@host:81/a?b=c', 'me:secret'],
    ['http://me:a%20b@host:81/a?b=c', 'me:a b'],
    ['http://me@host:81/a?b=c', 'me:'],
    ['http://:secret@host:81/a?b=c', ':secret'],
    ['http://käthe:p%C3%A4ss@host:81/a?b=c', 'käthe:päss'],
    ['http://me:100%@host:81/a?b=c', 'me:100%'],
  ])('of %s makes a field of %s, and an address without it', (address, user) => {
    const { url, authorization } = splitCredentials(new URL(address))
    expect(url.href).toBe('http://host:81/a?b=c')
    expect(authorization).toBe(toBasic(user))
  })

  it('leaves the address that it was given as it is', () => {
    const given = new URL('http://me:secret@host/')
    splitCredentials(given)
    expect(given.href).toBe('http://me:secret@host/')
  })

  it('makes no field where the address names nobody', () => {
    const { url, authorization } = splitCredentials(new URL('http://host/@me'))
    expect(url.href).toBe('http://host/@me')
    expect(authorization).toBeUndefined()
  })
})
