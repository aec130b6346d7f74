import { describe, expect, it, vi } from 'vitest'
import { describeValue, flush, isBytes, notABlock, toUint8Array } from './block.ts'

const memory = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]).buffer
const shared = new SharedArrayBuffer(4)
new Uint8Array(shared).set([4, 3, 2, 1])

const views = [
  ['Uint8Array', new Uint8Array(memory), [0, 1, 2, 3, 4, 5, 6, 7]],
  ['Uint8Array with an offset', new Uint8Array(memory, 2, 3), [2, 3, 4]],
  ['subarray', new Uint8Array(memory).subarray(6), [6, 7]],
  ['Buffer', Buffer.from(memory, 1, 2), [1, 2]],
  ['DataView', new DataView(memory, 3, 2), [3, 4]],
  ['Int16Array', new Int16Array(memory, 2, 2), [2, 3, 4, 5]],
  ['Float64Array', new Float64Array(memory), [0, 1, 2, 3, 4, 5, 6, 7]],
  ['ArrayBuffer', memory, [0, 1, 2, 3, 4, 5, 6, 7]],
  ['SharedArrayBuffer', shared, [4, 3, 2, 1]],
  ['view of a SharedArrayBuffer', new Uint8Array(shared, 1, 2), [3, 2]],
  ['empty view', new Uint8Array(0), []],
] as const

describe('isBytes, toUint8Array', () => {
  it.each(views)('take a %s as the bytes that it shows', (_, view, expected) => {
    expect(isBytes(view)).toBe(true)
    expect([...toUint8Array(view)]).toEqual(expected)
  })

  it.each(views)('copy nothing of a %s', (_, view) => {
    const bytes = toUint8Array(view)
    expect(bytes.buffer).toBe('buffer' in view ? view.buffer : view)
  })
})

describe('isBytes', () => {
  it.each([['text'], [1], [null], [undefined], [[1, 2]], [{}], [flush], [new Blob([])]])(
    'is false for %s',
    (value) => expect(isBytes(value)).toBe(false),
  )
})

describe('flush', () => {
  it('is the same in every copy of the package', () => {
    expect(flush).toBe(Symbol.for('millrace.flush'))
  })
})

describe('describeValue', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [12, 'a number (12)'],
    [12n, 'a bigint (12)'],
    [true, 'a boolean (true)'],
    [Symbol('x'), 'a symbol (Symbol(x))'],
    [function write() {}, 'a function (write)'],
    [() => {}, 'a function'],
    [{}, 'an object (Object)'],
    [new Map(), 'an object (Map)'],
    [Object.create(null), 'an object (without a prototype)'],
  ])('tells what %o is', (value, text) => {
    expect(describeValue(value)).toBe(text)
  })
})

describe('notABlock', () => {
  it('says to await a promise, and names the formats for anything else', () => {
    expect(notABlock(Promise.resolve('x')).message).toMatch(/an object \(Promise\): await it/)
    expect(notABlock({ a: 1 }).message).toMatch(/an object \(Object\): .*csv\(\), ndjson\(\)/)
    expect(notABlock(1)).toBeInstanceOf(TypeError)
  })

  it('takes what becomes of a promise that is refused: nobody else waits for it', async () => {
    const unhandled = vi.fn<() => void>()
    process.once('unhandledRejection', unhandled)
    notABlock(Promise.reject(new Error('late')))
    await new Promise((resolve) => setImmediate(resolve))
    process.removeListener('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
