import { describe, expect, it } from 'vitest'
import type { HeaderList, ProbeOptions } from './measurement.ts'
import { toRequest } from './to-request.ts'

function ask(url: string, options: ProbeOptions = {}) {
  const { fields = [], ...request } = toRequest(new URL(url), options)
  return { ...request, fields: new Map(fields) }
}

describe('toRequest', () => {
  it('asks for the path and the query, and takes every coding that can be read', () => {
    const { fields, ...request } = ask('http://host:81/a%20b?c=d#e')
    expect(request).toEqual({ method: 'GET', target: '/a%20b?c=d', authority: 'host:81' })
    expect(fields.get('accept')).toBe('*/*')
    expect(fields.get('accept-encoding')).toMatch(/^gzip, deflate, br/)
    expect(fields.get('user-agent')).toBe('millrace-probe')
  })

  it.each<[string, HeaderList]>([
    ['an object', { 'Accept-Encoding': 'identity', Cookie: 'a=b' }],
    [
      'pairs',
      [
        ['Accept-Encoding', 'identity'],
        ['Cookie', 'a=b'],
      ],
    ],
  ])('puts fields of %s in the place of its own', (_, headers) => {
    const { fields } = ask('http://host/', { headers })
    expect(fields.get('accept-encoding')).toBeUndefined()
    expect(fields.get('Accept-Encoding')).toBe('identity')
    expect(fields.get('Cookie')).toBe('a=b')
  })

  it('lets a field stand more than once', () => {
    const headers: HeaderList = [
      ['x', '1'],
      ['x', '2'],
    ]
    expect(toRequest(new URL('http://host/'), { headers }).fields).toEqual(
      expect.arrayContaining([...headers]),
    )
  })

  it('asks for another host than it connects to', () => {
    const { authority, fields } = ask('http://127.0.0.1:80/', { headers: { Host: 'example.org' } })
    expect(authority).toBe('example.org')
    expect(fields.has('Host')).toBe(false)
  })

  it('posts a body, unless it was told how to send it', () => {
    expect(ask('http://host/', { body: 'é' })).toMatchObject({
      method: 'POST',
      body: new TextEncoder().encode('é'),
    })
    expect(ask('http://host/', { body: new Uint8Array([1]), method: 'PUT' })).toMatchObject({ method: 'PUT' })
    expect(ask('http://host/', { method: 'HEAD' })).not.toHaveProperty('body')
  })

  it('shows who asks by what stands in the URL, unless a field does', () => {
    const basic = `Basic ${Buffer.from('me:a b').toString('base64')}`
    expect(ask('http://me:a%20b@host/').fields.get('authorization')).toBe(basic)
    const headers = { authorization: 'Bearer 1' }
    expect(ask('http://me:a%20b@host/', { headers }).fields.get('authorization')).toBe('Bearer 1')
  })
})
