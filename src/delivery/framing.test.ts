import { describe, expect, it } from 'vitest'
import { decideFraming, type Framing, type FramingFacts, isBodiless } from './framing.ts'

const get: FramingFacts = { version: '1.1', method: 'GET', status: 200, length: undefined }

describe('decideFraming', () => {
  it.each<[string, Partial<FramingFacts>, Framing]>([
    ['unknown length on HTTP/1.1', {}, { kind: 'chunked' }],
    ['unknown length on HTTP/1.0', { version: '1.0' }, { kind: 'close' }],
    ['known length', { length: 5 }, { kind: 'length', bytes: 5 }],
    ['known length on HTTP/1.0', { version: '1.0', length: 5 }, { kind: 'length', bytes: 5 }],
    ['length 0', { length: 0 }, { kind: 'length', bytes: 0 }],
    ['HEAD', { method: 'HEAD' }, { kind: 'none' }],
    ['HEAD with a length', { method: 'HEAD', length: 5 }, { kind: 'none' }],
    ['204 with a length', { status: 204, length: 5 }, { kind: 'none' }],
    ['304', { status: 304, version: '1.0' }, { kind: 'none' }],
    ['103', { status: 103 }, { kind: 'none' }],
    ['an error status', { status: 500 }, { kind: 'chunked' }],
    [
      '205, which has a body of length 0 where it has one',
      { status: 205, length: 0 },
      { kind: 'length', bytes: 0 },
    ],
  ])('G8: %s', (_, facts, framing) => {
    expect(decideFraming({ ...get, ...facts })).toEqual(framing)
  })
})

describe('isBodiless', () => {
  it.each([
    [100, true],
    [199, true],
    [200, false],
    [203, false],
    [204, true],
    [205, false],
    [303, false],
    [304, true],
    [404, false],
  ])('G7: of %i is %s', (status, expected) => {
    expect(isBodiless(status)).toBe(expected)
  })
})
