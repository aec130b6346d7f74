import { describe, expect, it, vi } from 'vitest'
import { isStreamed, isThenable, type Members, PlainValues } from './plain-values.ts'

const method = { a: () => 1 }
const cycle: Record<string, unknown> = {}
cycle['self'] = { cycle }

describe('PlainValues', () => {
  it.each<[string, Members]>([
    ['an object', { a: 1, b: 'x', c: null, d: undefined, e: true, f: Symbol('x') }],
    ['nested data', { a: [{ b: [[1, null, 'x']] }], c: {} }],
    ['a date', { at: new Date(0) }],
    ['bytes', { bytes: Buffer.from('x'), view: new Uint8Array(3) }],
    ['boxed values', { text: Object('x'), number: Object(1), flag: Object(false) }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an instance of a class', Object.assign(new (class Point {})(), { x: 1 })],
  ])('holds %s to be plain', (_, value) => {
    expect(new PlainValues().has(value)).toBe(true)
  })

  it.each<[string, Members]>([
    ['a promise', { a: Promise.resolve() }],
    [
      'something with then',
      {
        a: new (class Query {
          then() {}
        })(),
      },
    ],
    ['a generator', { a: (function* () {})() }],
    ['an async generator', { a: (async function* () {})() }],
    ['a web stream', { a: new ReadableStream() }],
    ['a Set', { a: new Set() }],
    ['an object with an iterator', { a: { *[Symbol.iterator]() {} } }],
    ['a function', method],
    ['a BigInt', { a: 1n }],
    ['a BigInt in a list', { a: [1n] }],
    ['something that replaces itself', { a: new URL('http://a/') }],
    ['itself', cycle],
    ['too many values', { a: Array.from({ length: 300 }, () => 0) }],
    ['too many members', Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, 0]))],
    ['too deep a list', { a: [[[[[[[[[[]]]]]]]]]] }],
  ])('does not hold %s to be plain', (_, value) => {
    expect(new PlainValues().has(value)).toBe(false)
  })

  it('gives what a getter gave when it was found to be no plain value, and once', () => {
    const get = vi.fn<() => object>(() => Promise.resolve())
    const inner = Object.defineProperty({}, 'rows', { get, enumerable: true })
    const plain = new PlainValues()
    expect([plain.has({ inner }), plain.has(inner)]).toEqual([false, false])
    expect(plain.get(inner, 'rows')).toBe(get.mock.results[0]?.value)
    expect(get).toHaveBeenCalledOnce()
    expect(plain.get(inner, 'rows')).toBe(get.mock.results[1]?.value)
    expect(plain.takeFound()).toBeUndefined()
  })

  it('gives up what was found and never got', () => {
    const rows = Promise.resolve()
    const plain = new PlainValues()
    plain.has({ rows })
    expect([plain.takeFound(), plain.takeFound()]).toEqual([rows, undefined])
  })
})

describe('isStreamed', () => {
  it.each([
    [function* () {}],
    [async function* () {}],
    [new Set()],
    [new Map()],
    [new ReadableStream()],
    [(async function* () {})()],
  ])('is true for %o', (value) => expect(isStreamed(value)).toBe(true))

  it.each([
    [() => []],
    [async () => []],
    [[]],
    ['text'],
    [Object('text')],
    [new Uint8Array(1)],
    [{}],
    [null],
    [1],
  ])('is false for %o', (value) => expect(isStreamed(value)).toBe(false))
})

it('isThenable is true for promises and the like', () => {
  expect([Promise.resolve(), { then: () => {} }, { then: 1 }, null, 'x'].map(isThenable)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
