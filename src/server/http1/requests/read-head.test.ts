import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { HttpError } from '../../../reply/http-error.ts'
import { FramingError, readHead } from './read-head.ts'

// A request as node:http hands it over; the names and values in turn.
function toRequest(line: string, ...fields: string[]): IncomingMessage {
  const [method = '', url = '', version = 'HTTP/1.1'] = line.split(' ')
  const request = new IncomingMessage(new Socket())
  return Object.assign(request, { method, url, httpVersion: version.slice(5), rawHeaders: fields })
}

function refusalOf(line: string, ...fields: string[]): unknown {
  try {
    return readHead(toRequest(line, ...fields))
  } catch (error) {
    return error
  }
}

const host = ['Host', 'test']

describe('readHead', () => {
  it('finds what there is in one pass, whatever the case of the names', () => {
    const fields = ['Accept', '*/*', 'HOST', 'test:80', 'content-LENGTH', '12', 'Expect', '100-continue']
    expect(readHead(toRequest('POST /a?b HTTP/1.1', ...fields))).toEqual({
      authority: 'test:80',
      target: '/a?b',
      length: 12,
      hasBody: true,
      expects: true,
      isLast: false,
    })
  })

  it.each([
    [[], false],
    [['Content-Length', '0'], false],
    [['Content-Length', '00'], false],
    [['Content-Length', '1'], true],
    [['Transfer-Encoding', 'Chunked'], true],
  ])('with %j has a body: %s', (fields, hasBody) => {
    expect(readHead(toRequest('POST /', ...host, ...fields)).hasBody).toBe(hasBody)
  })

  it('ignores the expectation of HTTP/1.0, and does without its Host', () => {
    expect(readHead(toRequest('GET / HTTP/1.0', 'Expect', '100-continue'))).toMatchObject({
      authority: 'localhost',
      expects: false,
    })
  })

  it.each([
    ['100-Continue', true],
    ['other, 100-continue', true],
    ['other', false],
    ['', false],
  ])('waits to be told to go on with an expectation of %j: %s', (expect_, expects) => {
    expect(readHead(toRequest('GET /', ...host, 'Expect', expect_)).expects).toBe(expects)
  })

  it('takes one that asks for an upgrade for the last', () => {
    expect(readHead(toRequest('GET /', ...host, 'Upgrade', 'h2c')).isLast).toBe(true)
  })

  it.each([
    ['http://Other:81/a?b', 'other:81', '/a?b'],
    ['HTTPS://other', 'other', '/'],
    ['http://other?x', 'other', '/?x'],
    ['http://other/../a', 'other', '/../a'],
  ])('of %s takes the host and the path, as they would stand apart', (url, authority, target) => {
    expect(readHead(toRequest(`GET ${url}`, ...host))).toMatchObject({ authority, target })
  })

  it('takes * for OPTIONS alone', () => {
    expect(readHead(toRequest('OPTIONS *', ...host)).target).toBe('*')
    expect(refusalOf('POST *', ...host)).toMatchObject({ status: 400 })
  })

  it.each([
    ['GET /', 'Transfer-Encoding', 'gzip'],
    ['GET /', 'Transfer-Encoding', ''],
    ['GET /', 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
    ['GET /', 'Transfer-Encoding', 'chunked', 'Content-Length', '1'],
    ['GET / HTTP/1.0', 'Transfer-Encoding', 'chunked'],
    ['GET /', 'Content-Length', '1', 'Content-Length', '1'],
    ['GET /', 'Content-Length', '1,1'],
    ['GET /', 'Content-Length', '+1'],
    ['GET /', 'Content-Length', ''],
    ['GET / HTTP/2.0'],
    ['GET / HTTP/0.9'],
  ])('does not know where %s with %j ends', (line, ...fields) => {
    expect(refusalOf(line, ...host, ...fields)).toBeInstanceOf(FramingError)
  })

  it.each(['/a#', '/"', '/<', '/>', '/\\', '/\x7f', '/\x80', '/ ', 'http://a\\b/', '\\'])(
    'refuses the target %j',
    (target) => {
      const request = Object.assign(toRequest('GET /', ...host), { url: target })
      expect(() => readHead(request)).toThrow(HttpError)
    },
  )

  it('lets a browser send what was typed', () => {
    expect(readHead(toRequest('GET /a|[b]^{c}?\\`', ...host)).target).toBe('/a|[b]^{c}?\\`')
  })
})
