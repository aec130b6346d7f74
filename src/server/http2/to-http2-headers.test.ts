import { describe, expect, it } from 'vitest'
import { toHttp2Headers } from './to-http2-headers.ts'

describe('toHttp2Headers', () => {
  it('lowers names, trims values and keeps those apart that came apart', () => {
    const headers = toHttp2Headers(['X-A', ' é ', 'Set-Cookie', 'a', 'set-cookie', 'b', 'SET-COOKIE', 'c'])
    expect(Object.entries(headers)).toEqual([
      ['x-a', 'é'],
      ['set-cookie', ['a', 'b', 'c']],
    ])
  })

  it('drops what belongs to a connection of HTTP/1, and keeps what does not', () => {
    const dropped = [
      'Connection',
      'keep-alive',
      'Proxy-Connection',
      'Transfer-Encoding',
      'Upgrade',
      'HTTP2-Settings',
    ]
    const fields = [...dropped, 'te', 'x-kept'].flatMap((name) => [name, 'close'])
    expect(Object.keys(toHttp2Headers(fields))).toEqual(['x-kept'])
    expect(toHttp2Headers(['te', 'trailers'])).toEqual({ te: 'trailers' })
  })

  it('takes no name for one that an object has', () => {
    expect(Object.entries(toHttp2Headers(['constructor', 'a', '__proto__', 'b']))).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
    ])
  })

  it.each(['a\rb', 'a\nb', 'a\0b', 'a\u007f', 'a\u0100'])(
    'G12: refuses %j in a value and in a name',
    (text) => {
      expect(() => toHttp2Headers(['x-a', text])).toThrow(TypeError)
      expect(() => toHttp2Headers([text, 'x'])).toThrow(TypeError)
      expect(() => toHttp2Headers(['connection', text])).toThrow(TypeError)
    },
  )

  it('refuses names that only the server may give, and none', () => {
    expect(() => toHttp2Headers([':status', '200'])).toThrow(TypeError)
    expect(() => toHttp2Headers(['', 'x'])).toThrow(TypeError)
  })

  it('refuses a head that no client takes', () => {
    expect(() => toHttp2Headers(['x-a', 'a'.repeat(300_000)])).toThrow(RangeError)
  })
})
