import { describe, expect, it } from 'vitest'
import { parseAddress, parseThrough } from './parse-address.ts'

describe('parseAddress', () => {
  it.each([
    ['http://localhost:3000/rows?n=1', 'http://localhost:3000/rows?n=1'],
    ['localhost:3000/rows', 'http://localhost:3000/rows'],
    ['127.0.0.1', 'http://127.0.0.1/'],
    ['[::1]:3000', 'http://[::1]:3000/'],
    ['HTTPS://Example.com/#part', 'https://example.com/'],
  ])('of %s is %s', (text, href) => {
    expect(parseAddress(text).href).toBe(href)
  })

  it.each(['', 'http://', 'http://a b/', 'localhost:port'])('refuses "%s"', (text) => {
    expect(() => parseAddress(text)).toThrow(/^Cannot ask .*: it is no address, such as/)
  })

  it.each(['http://me:secret@host:port', 'me:sec#ret@host', 'ftp://me:secret@host'])(
    'shows no password where it refuses %s',
    (text) => {
      expect(() => parseAddress(text)).toThrow(/^Cannot ask (?!.*(?:me|sec|ret))/)
    },
  )

  it('refuses what is not HTTP', () => {
    expect(() => parseAddress('ftp://example.com/')).toThrow('only http:// and https:// can be asked')
  })
})

describe('parseThrough', () => {
  const direct = new URL('http://app:3000/rows?n=1')

  it.each([
    ['https://www.example', 'https://www.example/rows?n=1'],
    ['localhost:8080', 'http://localhost:8080/rows?n=1'],
    ['https://www.example/', 'https://www.example/'],
    ['https://www.example/api/rows', 'https://www.example/api/rows'],
    ['https://www.example?x=1', 'https://www.example/?x=1'],
  ])('of %s is %s', (text, href) => {
    expect(parseThrough(text, direct).href).toBe(href)
  })
})
