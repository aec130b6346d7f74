import { describe, expect, it } from 'vitest'
import { formatRequest } from './format-request.ts'

const get = { method: 'GET', target: '/a?b', authority: 'host:80' }

describe('formatRequest', () => {
  it('writes the fields as they are, after Host', () => {
    const fields = [
      ['X-A', '1'],
      ['x-a', 'é'],
    ] as const
    expect(formatRequest({ ...get, fields }, 'HTTP/1.0').toString('latin1')).toBe(
      'GET /a?b HTTP/1.0\r\nHost: host:80\r\nX-A: 1\r\nx-a: é\r\n\r\n',
    )
  })

  it('leaves Host out where the fields have one', () => {
    const text = formatRequest({ ...get, fields: [['host', 'other']] }, 'HTTP/1.1').toString()
    expect(text).toBe('GET /a?b HTTP/1.1\r\nhost: other\r\n\r\n')
  })

  it('gives a body its length, and a POST without one a length of 0', () => {
    const post = { ...get, method: 'POST' }
    expect(formatRequest({ ...post, body: Buffer.from('abc') }, 'HTTP/1.1').toString()).toContain(
      'Content-Length: 3\r\n',
    )
    expect(formatRequest(post, 'HTTP/1.1').toString()).toContain('Content-Length: 0\r\n')
    const chunked = { ...post, fields: [['Transfer-Encoding', 'chunked']] as const }
    expect(formatRequest(chunked, 'HTTP/1.1').toString()).not.toContain('Content-Length')
  })

  it.each([
    [{ method: 'GET /' }, 'is no method'],
    [{ target: '/a b' }, 'has a space'],
    [{ target: '/\r\nX: y' }, 'has a space'],
    [{ authority: 'a\r\nb' }, 'is no host'],
    [{ fields: [['a b', 'c']] as const }, 'is no name of a field'],
    [{ fields: [['a', 'b\r\nc: d']] as const }, 'has a control character'],
    [{ fields: [['a', '漢']] as const }, 'is not Latin-1'],
  ])('G12: refuses %j', (more, reason) => {
    expect(() => formatRequest({ ...get, ...more }, 'HTTP/1.1')).toThrow(reason)
  })
})
