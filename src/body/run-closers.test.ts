import { Readable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  disposerOf,
  isPromiseLike,
  PARKED_LIMIT,
  runClosers,
  throwTogether,
  unstartedCloser,
} from './run-closers.ts'

afterEach(() => {
  vi.useRealTimers()
})

const never = new Promise<void>(() => {})

describe('runClosers', () => {
  it('runs closers one after the other, each when the one before has settled', async () => {
    const calls: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow = () => {
      calls.push('slow')
      return promise.then(() => calls.push('settled'))
    }
    const closing = runClosers([slow, () => calls.push('second')])
    await Promise.resolve()
    expect(calls).toEqual(['slow'])
    resolve()
    expect(await closing).toEqual([])
    expect(calls).toEqual(['slow', 'settled', 'second'])
  })

  it('G5: goes on after a closer that throws or rejects, and reports all of them in order', async () => {
    const last = vi.fn<() => void>()
    const errors = await runClosers([
      () => {
        throw new Error('one')
      },
      () => Promise.reject(new Error('two')),
      () => {
        throw 'three'
      },
      last,
    ])
    expect(errors).toEqual([new Error('one'), new Error('two'), 'three'])
    expect(last).toHaveBeenCalledOnce()
  })

  it('G5: gives up a parked closer after the limit, and runs those after it', async () => {
    vi.useFakeTimers()
    const last = vi.fn<() => void>()
    const closing = runClosers([() => never, last], 10)
    await vi.advanceTimersByTimeAsync(9)
    expect(last).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await closing).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/waiting after 10 ms/) }),
    ])
    expect(last).toHaveBeenCalledOnce()
  })

  it('gives each closer three seconds unless told', async () => {
    vi.useFakeTimers()
    const closing = runClosers([() => never, () => never])
    await vi.advanceTimersByTimeAsync(PARKED_LIMIT * 2)
    expect(PARKED_LIMIT).toBe(3000)
    expect(await closing).toHaveLength(2)
  })

  it('leaves no timer behind when a closer settles in time', async () => {
    vi.useFakeTimers()
    await runClosers([async () => {}, () => Promise.reject(new Error('one'))])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('pulls the next closer only after the one before, so that closers can depend on each other', async () => {
    const calls: string[] = []
    function* closers() {
      yield () => calls.push('first')
      calls.push('pulled')
      yield () => calls.push('second')
    }
    await runClosers(closers())
    expect(calls).toEqual(['first', 'pulled', 'second'])
  })
})

describe('throwTogether', () => {
  it('throws one error as it is, several together, and nothing for none', () => {
    const [one, two] = [new Error('one'), 'two']
    throwTogether([])
    expect(() => throwTogether([one])).toThrow(one)
    expect(() => throwTogether([one, two])).toThrow(
      expect.objectContaining({ name: 'AggregateError', errors: [one, two] }),
    )
  })
})

describe('unstartedCloser', () => {
  it('cancels a web stream with the reason', async () => {
    const cancel = vi.fn<(reason: unknown) => void>()
    await unstartedCloser(new ReadableStream({ cancel }), 'why')?.()
    expect(cancel).toHaveBeenCalledExactlyOnceWith('why')
  })

  it('destroys a Node stream', () => {
    const readable = new Readable({ read() {} })
    unstartedCloser(readable, undefined)?.()
    expect(readable.destroyed).toBe(true)
  })

  it('returns an iterator with the reason, on the iterator itself', () => {
    const closed: unknown[] = []
    const iterator = { next: () => ({ done: true, value: undefined }), closed, return: stop }
    function stop(this: { closed: unknown[] }, reason: unknown) {
      this.closed.push(reason)
    }
    unstartedCloser(iterator, 'why')?.()
    expect(iterator.closed).toEqual(['why'])
  })

  it.each([['text'], [null], [undefined], [[]], [new Map()], [function* () {}], [{ next() {} }]])(
    'has nothing to do for %o',
    (source) => expect(unstartedCloser(source, undefined)).toBeUndefined(),
  )
})

describe('disposerOf', () => {
  it.each([
    [['asyncDispose', 'dispose', 'close'], 'asyncDispose'],
    [['dispose', 'close'], 'dispose'],
    [['close'], 'close'],
  ])('of what has %o is %s, and no more than that', (has, expected) => {
    const calls: string[] = []
    const keys = { asyncDispose: Symbol.asyncDispose, dispose: Symbol.dispose, close: 'close' }
    const source = {}
    for (const [name, key] of Object.entries(keys)) {
      if (has.includes(name)) Reflect.set(source, key, () => calls.push(name))
    }
    disposerOf(source)?.()
    expect(calls).toEqual([expected])
  })

  it('calls the method on the source itself', () => {
    const cursor = { isOpen: true, close: shut }
    function shut(this: { isOpen: boolean }) {
      this.isOpen = false
    }
    disposerOf(cursor)?.()
    expect(cursor.isOpen).toBe(false)
  })

  it.each([
    ['a generator', (function* () {})()],
    ['an async generator', (async function* () {})()],
    ['an iterator of a list', [1].values()],
    ['a list', []],
    ['a web stream', new ReadableStream()],
    ['a Node stream', Readable.from([])],
    ['text', 'text'],
    ['null', null],
    ['a close() that takes something', { close: (_reason: unknown) => {} }],
  ])('has nothing to do for %s', (_, source) => {
    expect(disposerOf(source)).toBeUndefined()
  })
})

describe('isPromiseLike', () => {
  it.each([
    [Promise.resolve(), true],
    [{ then: () => {} }, true],
    [{ then: 1 }, false],
    [null, false],
    [undefined, false],
    ['then', false],
  ])('of %o is %s', (value, expected) => {
    expect(isPromiseLike(value)).toBe(expected)
  })
})
