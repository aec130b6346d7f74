import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Framing } from '../../delivery/framing.ts'
import type { RefusedRequest } from '../moments/tell-refused.ts'
import {
  formatFields,
  formatHead,
  formatRefused,
  formatRequest,
  parseFields,
  parseHead,
  parseRefused,
  parseRequest,
  type RequestRecord,
  toApplication,
  toTransmitter,
} from './records.ts'

// Any characters of latin1 but the line feed, which neither a head nor a request line can have.
const unit = fc
  .integer({ min: 0, max: 255 })
  .filter((code) => code !== 10)
  .map((code) => String.fromCharCode(code))
const line = fc.string({ unit, maxLength: 20 })
const fields = fc.array(fc.tuple(line, line), { maxLength: 8 }).map((pairs) => pairs.flat())

const framing: fc.Arbitrary<Framing> = fc.oneof(
  fc.constantFrom<Framing>({ kind: 'none' }, { kind: 'chunked' }, { kind: 'close' }),
  fc.maxSafeNat().map((bytes): Framing => ({ kind: 'length', bytes })),
)

// What a ring does with text.
function overRing(text: string): string {
  const bytes = Buffer.alloc(text.length)
  if (text !== '') expect(bytes.write(text, 0, 'latin1')).toBe(text.length)
  return bytes.toString('latin1')
}

describe('formatFields', () => {
  it('gives fields that parseFields takes back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(fields, (list) => {
        expect(parseFields(overRing(formatFields(list)))).toEqual(list)
      }),
    )
  })

  it('ends each name and each value with a line feed, and gives nothing for no fields', () => {
    expect(formatFields(['x-a', '', 'x-b', 'caf\u00e9'])).toBe('x-a\n\nx-b\ncaf\u00e9\n')
    expect(formatFields([])).toBe('')
    expect(parseFields('')).toEqual([])
  })

  it('keeps an empty field at the end', () => {
    expect(parseFields(formatFields(['x-a', '']))).toEqual(['x-a', ''])
    expect(parseFields(formatFields(['', '']))).toEqual(['', ''])
  })
})

describe('formatHead', () => {
  it('gives a head that parseHead takes back as it was, with any framing', () => {
    const head = fc.record({
      status: fc.integer({ min: 200, max: 999 }),
      reason: line,
      fields,
      framing,
      stays: fc.boolean(),
    })
    fc.assert(
      fc.property(head, (one) => {
        expect(parseHead(overRing(formatHead(one)))).toEqual(one)
      }),
    )
  })

  it.each<Framing>([
    { kind: 'none' },
    { kind: 'length', bytes: 0 },
    { kind: 'length', bytes: Number.MAX_SAFE_INTEGER },
    { kind: 'chunked' },
    { kind: 'close' },
  ])('keeps a head without reason and fields, framed by %j', (one) => {
    const head = { status: 204, reason: '', fields: [], framing: one, stays: true }
    expect(parseHead(formatHead(head))).toEqual(head)
  })

  it.each(['zstd', 'br', 'gzip', 'deflate'] as const)(
    'keeps what the body is to be encoded with: %s',
    (encoding) => {
      const coding = { encoding, level: 11 }
      const head = {
        status: 200,
        reason: 'OK',
        fields: ['a', 'b'],
        framing: { kind: 'chunked' },
        stays: true,
      } as const
      const text = formatHead({ ...head, fields: [...head.fields], coding })
      expect(parseHead(overRing(text))).toEqual({ ...head, coding })
    },
  )
})

describe('formatRefused', () => {
  it('gives a request that parseRefused takes back as it was', () => {
    const request: RefusedRequest = {
      method: 'GET',
      target: '/a"b?\xe9',
      version: '2.0',
      remoteAddress: '::1',
      fields: ['x-a', 'caf\xe9 "\\'],
      status: 429,
      bytes: 22,
      ending: 'too-slow',
    }
    const text = formatRefused(request)
    expect(text).not.toMatch(/[^\0-\xff]/)
    expect(parseRefused(text)).toEqual(request)
  })
})

describe('formatRequest', () => {
  const record: fc.Arbitrary<RequestRecord> = fc.record({
    arrivedAt: fc.maxSafeNat(),
    method: line,
    version: fc.constantFrom('1.0', '1.1'),
    secure: fc.boolean(),
    takesTrailers: fc.boolean(),
    isNext: fc.boolean(),
    hasBody: fc.boolean(),
    remoteAddress: fc.constantFrom(undefined, '127.0.0.1', '::1', 'fe80::1%eth0'),
    remotePort: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
    peerAddress: fc.constantFrom(undefined, '127.0.0.1', '::1'),
    authority: line,
    target: line,
    fields: fields.map(formatFields),
  })

  it('gives a request that parseRequest takes back as it was, flag by flag', () => {
    fc.assert(
      fc.property(record, (one) => {
        expect(parseRequest(overRing(formatRequest(one)))).toEqual(one)
      }),
    )
  })

  it('keeps its lines in front of its fields, which may be none', () => {
    const request: RequestRecord = {
      arrivedAt: 5,
      method: 'GET',
      version: '1.1',
      secure: false,
      takesTrailers: false,
      isNext: true,
      hasBody: false,
      remoteAddress: undefined,
      remotePort: undefined,
      peerAddress: undefined,
      authority: 'test',
      target: '/a?b',
      fields: '',
    }
    expect(formatRequest(request)).toBe('8\n5\nGET\n/a?b\ntest\n\n\n\n')
    expect(parseRequest('8\n5\nGET\n/a?b\ntest\n\n\n\n')).toEqual(request)
  })
})

describe.each([
  ['toTransmitter', toTransmitter],
  ['toApplication', toApplication],
])('%s', (_, types) => {
  it('has a type of its own for each record, as a ring can hold it', () => {
    const all = Object.values(types)
    expect(new Set(all).size).toBe(all.length)
    for (const type of all) expect(type).toBeGreaterThanOrEqual(1)
    for (const type of all) expect(type).toBeLessThanOrEqual(15)
  })
})
