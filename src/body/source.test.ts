import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { flush } from './block.ts'
import {
  type BlockReader,
  isBlob,
  isLiteral,
  isNodeReadable,
  isReadOnce,
  isSource,
  isWebReadable,
  openSource,
} from './source.ts'

const init = { signal: new AbortController().signal }

async function read(reader: BlockReader): Promise<unknown[]> {
  const blocks: unknown[] = []
  for (;;) {
    const step = await reader.next()
    if (step.done) return blocks
    blocks.push(step.value)
  }
}

async function* twoLater() {
  yield 'a'
  yield flush
}

describe('openSource', () => {
  it.each([
    ['text', 'ab', ['ab']],
    ['null', null, []],
    ['bytes', Buffer.from('x'), [Buffer.from('x')]],
    ['a list', ['a', ['b']], ['a', ['b']]],
    ['a set', new Set(['a', 'b']), ['a', 'b']],
    ['a generator', ['a', 'b'].values(), ['a', 'b']],
    ['an async generator', twoLater(), ['a', flush]],
    ['a generator function', () => ['a'].values(), ['a']],
    ['an async generator function', twoLater, ['a', flush]],
    ['a function that gives a list', () => ['a'], ['a']],
    ['a Node stream', Readable.from(['a', 'b']), ['a', 'b']],
    ['a web stream', ReadableStream.from(['a', 'b']), ['a', 'b']],
    ['a Blob', new Blob(['ab']), [new Uint8Array(Buffer.from('ab'))]],
  ])('reads %s', async (_, body, blocks) => {
    expect(await read(openSource(body, init))).toEqual(blocks)
  })

  it('prefers the async iterator of a source that has both', async () => {
    const both = { *[Symbol.iterator]() {}, [Symbol.asyncIterator]: twoLater }
    expect(await read(openSource(both, init))).toEqual(['a', flush])
  })

  it('reads a Node stream by its own iterator although it could be taken for another kind', () => {
    const readable = Readable.from(['a'])
    expect(isNodeReadable(readable)).toBe(true)
    expect(isWebReadable(readable)).toBe(false)
  })

  it('calls a generator function with the signal, once', () => {
    const source = vi.fn<(given: unknown) => string[]>(() => ['a'])
    openSource(source, init)
    expect(source).toHaveBeenCalledExactlyOnceWith(init)
  })

  it('answers a sync source without a promise', () => {
    expect(openSource(['a'], init).next()).toEqual({ done: false, value: 'a' })
  })

  it('takes a source of millrace by its reader', () => {
    const reader: BlockReader = { next: () => ({ done: true, value: undefined }) }
    expect(openSource({ openReader: () => reader, close: async () => {} }, init)).toBe(reader)
  })

  it.each([[undefined], [1], [true], [{}], [{ a: 1 }], [Symbol('x')]])('refuses a body that is %o', (body) =>
    expect(() => openSource(body, init)).toThrow(/^Cannot send a body that is .*: give text, bytes/),
  )

  it.each([
    ['nothing', () => {}],
    ['text', () => 'text'],
    ['a promise', async () => ['a']],
    ['a function', () => () => ['a']],
  ])('refuses a function that returns %s, and names push()', (_, body) => {
    expect(() => openSource(body, init)).toThrow(/^Cannot stream a function that returns .*push\(\)/)
  })
})

describe('return', () => {
  it('returns an iterator once, on the iterator', () => {
    const iterator = { next: () => ({ done: false, value: 'a' }), stopped: 0, return: stop }
    function stop(this: { stopped: number }) {
      this.stopped++
      return { done: true, value: undefined }
    }
    openSource({ [Symbol.iterator]: () => iterator }, init).return?.('why')
    expect(iterator.stopped).toBe(1)
  })

  it('does nothing for an iterator without return', () => {
    const source = { [Symbol.iterator]: () => ({ next: () => ({ done: true, value: undefined }) }) }
    expect(openSource(source, init).return?.('why')).toBeUndefined()
  })

  it('cancels a web stream with the reason, while a read waits', async () => {
    const cancel = vi.fn<(reason: unknown) => void>()
    const reader = openSource(new ReadableStream({ cancel }), init)
    const asked = reader.next()
    await reader.return?.('why')
    expect(cancel).toHaveBeenCalledExactlyOnceWith('why')
    expect(await asked).toEqual({ done: true, value: undefined })
  })

  it('destroys a Node stream without waiting for what it is doing', () => {
    const readable = new Readable({ read() {} })
    const reader = openSource(readable, init)
    void Promise.resolve(reader.next()).catch(() => {})
    reader.return?.('why')
    expect(readable.destroyed).toBe(true)
  })
})

describe('isSource, isLiteral, isBlob', () => {
  it.each([
    ['text', 'a', 'literal'],
    ['bytes', new Uint8Array(1), 'literal'],
    ['null', null, 'literal'],
    ['a Blob', new Blob([]), 'blob'],
    ['a list', [], 'source'],
    ['a function', () => [], 'source'],
    ['a Node stream', Readable.from([]), 'source'],
    ['a web stream', new ReadableStream(), 'source'],
    ['a map', new Map(), 'source'],
    ['an object', {}, 'none'],
    ['a number', 1, 'none'],
    ['undefined', undefined, 'none'],
    ['a promise', Promise.resolve(), 'none'],
  ])('tell of %s that it is: %s → %s', (_, value, kind) => {
    expect(isLiteral(value)).toBe(kind === 'literal')
    expect(isSource(value)).toBe(kind === 'source')
    if (typeof value === 'object' && value !== null) expect(isBlob(value)).toBe(kind === 'blob')
  })
})

describe('isReadOnce', () => {
  it.each<[string, object]>([
    ['a generator', twoLater()],
    ['an iterator', ['a'].values()],
    ['a Node stream', Readable.from([])],
    ['a web stream', new ReadableStream()],
    ['a source of millrace', { openReader: () => ({ next: () => ({ done: true, value: undefined }) }) }],
  ])('is true for %s', (_, source) => expect(isReadOnce(source)).toBe(true))

  it.each<[string, object]>([
    ['a list', ['a']],
    ['a map', new Map()],
    ['a Blob', new Blob([])],
    ['a generator function', twoLater],
    ['a list whose `next` is no function', { next: null, [Symbol.iterator]: () => ['a'].values() }],
  ])('is false for %s', (_, source) => expect(isReadOnce(source)).toBe(false))
})

it('openSource says what to do with a promise, and with an error that was returned', () => {
  expect(() => openSource(Promise.resolve('x'), init)).toThrow(/: await it first$/)
  expect(() => openSource(new Error('no'), init)).toThrow(/: throw it, do not return it$/)
})

it('openSource refuses an async function, and leaves no rejection of it unhandled', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const write: unknown = async () => {
    throw new Error('thrown by the function')
  }
  expect(() => openSource(write, init)).toThrow(/a function that writes goes to push\(\)/)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
