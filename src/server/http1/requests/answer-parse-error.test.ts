import { describe, expect, it } from 'vitest'
import { toLimits } from '../../limits/limits.ts'
import { answerParseError, formatError, type ParseError } from './answer-parse-error.ts'

function toError(code: string, message = 'Parse Error: Something', packet = ''): ParseError {
  return Object.assign(new Error(message), { code, rawPacket: Buffer.from(packet, 'latin1') })
}

describe('answerParseError', () => {
  it('is a whole reply that ends the connection and says what was met', () => {
    const text = answerParseError(toError('HPE_INVALID_HEADER_TOKEN', 'Parse Error: Missing expected LF'))
    const body = '400 Bad Request: Cannot read the request: Missing expected LF\n'
    expect(text).toBe(
      [
        'HTTP/1.1 400 Bad Request',
        'Connection: close',
        'Content-Type: text/plain;charset=UTF-8',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    )
  })

  it.each([
    ['HPE_HEADER_OVERFLOW', 'HTTP/1.1 431 Request Header Fields Too Large\r\n'],
    ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'HTTP/1.1 413 Payload Too Large\r\n'],
    ['HPE_INVALID_CONSTANT', 'HTTP/1.1 400 Bad Request\r\n'],
  ])('of %s begins with %j', (code, start) => {
    expect(answerParseError(toError(code))?.slice(0, start.length)).toBe(start)
  })

  it('G13: names the limits of a head that is too large', () => {
    const limits = toLimits({ maxHeadBytes: 1000, maxHeaders: 7 })
    expect(answerParseError(toError('HPE_HEADER_OVERFLOW'), limits)).toMatch(
      /: Cannot take a head of more than 1000 bytes or 7 fields: .* maxHeadBytes or maxHeaders\n$/,
    )
  })

  it('G13: does not blame a target that may be as long', () => {
    const error = Object.assign(toError('HPE_HEADER_OVERFLOW', '', 'GET /aaaa'), { bytesParsed: 9 })
    const limits = { maxHeadBytes: 300, maxTargetBytes: 301 }
    expect(answerParseError(error, toLimits(limits))).toContain('HTTP/1.1 431 ')
    expect(answerParseError(error, toLimits({ ...limits, maxTargetBytes: 300 }))).toContain('HTTP/1.1 414 ')
  })

  it.each([
    ['a whole target', 'GET /aaaa HTTP/1.1\r\n', 9, 414],
    ['the beginning of one', 'GET /aaaa', 9, 414],
    ['that of a second request', 'GET / HTTP/1.1\r\nA: b\r\n\r\nGET /aaaa', 33, 414],
    ['the end of one', 'aaaa HTTP/1.0\r\nHost: a\r\n', 4, 414],
    ['a part of nobody knows what', 'aaaa', 4, 431],
    ['a field behind its target', 'GET / HTTP/1.1\r\nA: bbbb', 23, 431],
    ['a field that looks like one', 'GET / HTTP/1.1\r\nGET: /bbbb\r\n', 26, 431],
    ['a field that says the protocol', 'GET / HTTP/1.1\r\nA: b HTTP/1.1\r\n', 29, 431],
    ['a name', 'GET / HTTP/1.1\r\nGET', 19, 431],
  ])(
    'G13: of a head that is too large, where %s was read, knows a target',
    (_, packet, bytesParsed, status) => {
      const error = Object.assign(toError('HPE_HEADER_OVERFLOW', '', packet), { bytesParsed })
      const text = answerParseError(error, toLimits({ maxTargetBytes: 77 }))
      expect(text).toContain(`HTTP/1.1 ${status} `)
      expect(text?.includes('more than 77 bytes')).toBe(status === 414)
    },
  )

  it.each([
    ['FOO / HTTP/1.1\r\n', 501],
    ['FOO / HTTP/1.0\r\n', 501],
    ['foo / HTTP/1.1\r\n', 400],
    ['FOO', 400],
    ['\x16\x03\x01', 400],
  ])('of a method that is not known in %j is %i', (packet, status) => {
    expect(answerParseError(toError('HPE_INVALID_METHOD', '', packet))).toContain(`HTTP/1.1 ${status} `)
  })

  it('says that it is malformed where the parser says nothing, and nothing that is no text', () => {
    expect(answerParseError(toError('HPE_INTERNAL', ''))).toMatch(/: it is malformed\n$/)
    expect(answerParseError(toError('HPE_INTERNAL', 'Parse Error: a\r\nb'))).toMatch(/: a\?\?b\n$/)
  })

  it.each(['HPE_INVALID_EOF_STATE', 'ECONNRESET', 'EPIPE', ''])(
    'is nothing for %s: nobody reads it',
    (code) => {
      expect(answerParseError(toError(code))).toBe(undefined)
    },
  )
})

describe('formatError', () => {
  it('counts bytes', () => {
    expect(formatError(503, 'é')).toContain('Content-Length: 28\r\n')
  })
})
