import { describe, expect, it } from 'vitest'
import { HttpError, InternalRedirect, internalRedirect, notFound, Redirect, redirect } from './http-error.ts'

describe('HttpError', () => {
  it('carries status, message, headers and cause', () => {
    const cause = new Error('why')
    const error = new HttpError(409, 'Taken', { headers: { 'retry-after': '1' }, cause })
    expect(error).toMatchObject({
      name: 'HttpError',
      code: 'HTTP_ERROR',
      status: 409,
      message: 'Taken',
      cause,
    })
    expect(error.headers.get('retry-after')).toBe('1')
    expect(notFound()).toMatchObject({ status: 404, message: '' })
  })

  it.each([
    [400, undefined, true],
    [499, undefined, true],
    [500, undefined, false],
    [503, true, true],
    [404, false, false],
  ])('G4: of %i with expose %s shows its message: %s', (status, expose, expected) => {
    expect(new HttpError(status, 'x', expose === undefined ? {} : { expose }).expose).toBe(expected)
  })

  it.each([200, 302, 399, 600, 404.5, Number.NaN])('refuses status %s', (status) => {
    expect(() => new HttpError(status)).toThrow(/^Cannot make an error of status/)
  })
})

describe('redirect', () => {
  it.each([
    ['/login', '/login'],
    ['/a b', '/a%20b'],
    ['/København?x=ä', '/K%C3%B8benhavn?x=%C3%A4'],
    ['/already%20there', '/already%20there'],
    ['https://example.com/😀', 'https://example.com/%F0%9F%98%80'],
    ['/\ud83d', '/%EF%BF%BD'],
  ])('writes %s as %s', (location, expected) => {
    expect(redirect(location)).toMatchObject({ location: expected, status: undefined, code: 'REDIRECT' })
  })

  it('takes a URL, and a status', () => {
    expect(redirect(new URL('http://example.com/x'), 308)).toMatchObject({
      location: 'http://example.com/x',
      status: 308,
    })
    expect(redirect('/x')).toBeInstanceOf(Redirect)
  })

  it.each(['/x\r\nset-cookie: a=b', '/x\n', '/\0', '/\t', '/\u007f'])('G12: refuses %j', (location) => {
    expect(() => redirect(location)).toThrow(/it holds a control character/)
  })

  it.each([200, 304, 305, 306, 400])('refuses status %i', (status) => {
    expect(() => Reflect.apply(redirect, undefined, ['/x', status])).toThrow(RangeError)
  })
})

describe('internalRedirect', () => {
  it('carries its target', () => {
    expect(internalRedirect('/other?a=1')).toMatchObject({ target: '/other?a=1', code: 'INTERNAL_REDIRECT' })
    expect(internalRedirect('/x')).toBeInstanceOf(InternalRedirect)
  })

  it.each(['', 'other', 'http://example.com/x'])('refuses "%s"', (target) => {
    expect(() => internalRedirect(target)).toThrow(/give a path that begins with \//)
  })
})
