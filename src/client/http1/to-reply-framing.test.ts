import { describe, expect, it } from 'vitest'
import { isPersistent, toReplyFraming, type ReplyFacts } from './to-reply-framing.ts'

function facts(fields: ReplyFacts['fields'], more: Partial<ReplyFacts> = {}): ReplyFacts {
  return { version: '1.1', status: 200, reason: '', method: 'GET', protocol: 'HTTP/1.1', fields, ...more }
}

describe('toReplyFraming', () => {
  it.each([
    [[['content-length', '12']], { kind: 'length', bytes: 12 }],
    [[['content-length', '0012']], { kind: 'length', bytes: 12 }],
    [[['transfer-encoding', 'chunked']], { kind: 'chunked' }],
    [
      [
        ['transfer-encoding', 'gzip'],
        ['transfer-encoding', 'Chunked'],
      ],
      { kind: 'chunked' },
    ],
    [[['transfer-encoding', 'gzip']], { kind: 'close' }],
    [[], { kind: 'close' }],
  ] as const)('reads %j', (fields, framing) => {
    expect(toReplyFraming(facts(fields))).toEqual(framing)
  })

  it('G7: sees no body after HEAD, 1xx, 204 and 304, whatever the head says', () => {
    const fields = [
      ['content-length', 'x'],
      ['transfer-encoding', 'chunked'],
    ] as const
    expect(toReplyFraming(facts(fields, { method: 'HEAD' }))).toEqual({ kind: 'none' })
    for (const status of [101, 204, 304])
      expect(toReplyFraming(facts(fields, { status }))).toEqual({ kind: 'none' })
  })

  it.each([
    [
      [
        ['content-length', '1'],
        ['content-length', '1'],
      ],
      'Content-Length 2 times',
    ],
    [[['content-length', '1, 1']], 'not a number of bytes'],
    [[['content-length', '']], 'not a number of bytes'],
    [[['content-length', '-1']], 'not a number of bytes'],
    [[['content-length', '+1']], 'not a number of bytes'],
    [[['content-length', '0x10']], 'not a number of bytes'],
    [[['content-length', '99999999999999999999']], 'not a number of bytes'],
    [
      [
        ['content-length', '1'],
        ['transfer-encoding', 'chunked'],
      ],
      'both Transfer-Encoding and Content-Length',
    ],
    [[['transfer-encoding', 'chunked, gzip']], 'chunked is not the last, once'],
    [[['transfer-encoding', 'chunked, chunked']], 'chunked is not the last, once'],
  ] as const)('refuses %j', (fields, reason) => {
    expect(() => toReplyFraming(facts(fields))).toThrow(reason)
  })

  it('refuses chunks in a reply of HTTP/1.0', () => {
    const one = facts([['transfer-encoding', 'chunked']], { version: '1.0' })
    expect(() => toReplyFraming(one)).toThrow('A reply of HTTP/1.0 has a Transfer-Encoding')
  })
})

describe('isPersistent', () => {
  const length = { kind: 'length', bytes: 1 } as const

  it('is true on HTTP/1.1 unless the server says close, or closes to end the body', () => {
    expect(isPersistent(facts([]), length)).toBe(true)
    expect(isPersistent(facts([['connection', 'x, Close']]), length)).toBe(false)
    expect(isPersistent(facts([]), { kind: 'close' })).toBe(false)
  })

  it('is false with HTTP/1.0 on either side unless the server says keep-alive', () => {
    expect(isPersistent(facts([], { version: '1.0' }), length)).toBe(false)
    expect(isPersistent(facts([], { protocol: 'HTTP/1.0' }), length)).toBe(false)
    expect(isPersistent(facts([['connection', 'Keep-Alive']], { version: '1.0' }), length)).toBe(true)
  })
})
