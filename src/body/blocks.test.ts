import { AsyncLocalStorage } from 'node:async_hooks'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Blocks, toBlocks } from './blocks.ts'
import type { SourceInit } from './source.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('toBlocks', () => {
  it('gives the same object for what is blocks already', () => {
    const blocks = new Blocks('a')
    expect(toBlocks(blocks)).toBe(blocks)
  })
})

describe('length', () => {
  it.each([
    ['text', 'äb', 3],
    ['bytes', new Uint16Array(3), 6],
    ['null', null, 0],
    ['a Blob', new Blob(['abc']), 3],
    ['a list', ['a'], undefined],
    ['a generator function', function* () {}, undefined],
    ['a Node stream', Readable.from([]), undefined],
  ])('of %s is known before it is read, or undefined', (_, body, length) => {
    expect(new Blocks(body).length).toBe(length)
  })

  it('is what it is told', () => {
    expect(toBlocks(['abc'], 3).length).toBe(3)
  })
})

describe('literal', () => {
  it('is the body where that is no more than text or bytes', () => {
    const bytes = new Uint8Array(1)
    expect(new Blocks('a').literal).toBe('a')
    expect(new Blocks(bytes).literal).toBe(bytes)
    expect(new Blocks(null).literal).toBe(null)
    expect(new Blocks(['a']).literal).toBe(undefined)
  })
})

describe('source', () => {
  it('is what it was made of, until it is closed', async () => {
    const body = ['a']
    const blocks = new Blocks(body)
    expect(blocks.source).toBe(body)
    await blocks.close()
    expect(blocks.source).toBeUndefined()
  })
})

describe('next', () => {
  it('starts the source when the first block is asked for, and not before', () => {
    const source = vi.fn<() => string[]>(() => ['a'])
    const blocks = new Blocks(source)
    expect(blocks.started).toBe(false)
    expect(source).not.toHaveBeenCalled()
    expect(blocks.next()).toEqual({ done: false, value: 'a' })
    expect(blocks.started).toBe(true)
    expect(blocks.next()).toEqual({ done: true, value: undefined })
    expect(source).toHaveBeenCalledOnce()
  })

  it('G5: asks nothing of a source that is closed', async () => {
    const source = vi.fn<() => string[]>(() => ['a'])
    const blocks = new Blocks(source)
    await blocks.close()
    expect(blocks.next()).toEqual({ done: true, value: undefined })
    expect(source).not.toHaveBeenCalled()
  })

  it('throws for a body that is none', () => {
    expect(() => new Blocks({ a: 1 }).next()).toThrow(/^Cannot send a body that is an object/)
  })
})

describe('run', () => {
  it('G9: makes the context in which the body was made current [FLK-008]', () => {
    const storage = new AsyncLocalStorage<string>()
    const blocks = storage.run('handler', () => new Blocks(function* () {}))
    expect(storage.run('elsewhere', () => blocks.run(() => storage.getStore()))).toBe('handler')
  })
})

describe('signal', () => {
  it('is aborted with the reason when the body is closed before its end', async () => {
    const blocks = new Blocks(['a'])
    const { signal } = blocks
    blocks.next()
    expect(signal.aborted).toBe(false)
    await blocks.close('why')
    expect(signal.reason).toBe('why')
  })

  it('is aborted when it is first read after that', async () => {
    const blocks = new Blocks(['a'])
    await blocks.close()
    expect(blocks.signal.aborted).toBe(true)
  })

  it('is not aborted when the source has come to its end', async () => {
    const blocks = new Blocks([])
    const { signal } = blocks
    blocks.next()
    blocks.finish()
    await blocks.close()
    expect(signal.aborted).toBe(false)
    expect(blocks.signal.aborted).toBe(false)
  })

  it('is given to a generator function', async () => {
    const given = Promise.withResolvers<AbortSignal>()
    const blocks = new Blocks(function* ({ signal }: SourceInit) {
      given.resolve(signal)
      yield 'a'
    })
    blocks.next()
    const signal = await given.promise
    await blocks.close('why')
    expect(signal.reason).toBe('why')
  })
})

describe('close', () => {
  it('G5: aborts, stops, disposes and calls the closers, in this order and once', async () => {
    const calls: string[] = []
    const blocks = new Blocks({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 'a' }),
        return: () => calls.push('return'),
      }),
      close: () => calls.push('close'),
    })
    blocks.signal.addEventListener('abort', () => calls.push('abort'))
    blocks.onClose(() => calls.push('first'))
    blocks.onClose(() => calls.push('second'))
    blocks.next()
    const closings = [blocks.close(), blocks.close()]
    expect(closings[0]).toBe(closings[1])
    await Promise.all([...closings, blocks.close()])
    expect(calls).toEqual(['abort', 'return', 'close', 'first', 'second'])
  })

  it('G5: does not return a source that has come to its end, but disposes of it', async () => {
    const calls: string[] = []
    const blocks = new Blocks({
      [Symbol.iterator]: () => ({
        next: () => ({ done: true, value: undefined }),
        return: () => calls.push('return'),
      }),
      [Symbol.asyncDispose]: async () => calls.push('dispose'),
    })
    blocks.next()
    blocks.finish()
    expect(await blocks.close()).toEqual([])
    expect(calls).toEqual(['dispose'])
  })

  it('G5: disposes of what a generator function has given', async () => {
    const close = vi.fn<() => void>()
    const blocks = new Blocks(() => ({ close, *[Symbol.iterator]() {} }))
    blocks.next()
    await blocks.close()
    expect(close).toHaveBeenCalledOnce()
  })

  it('G5: tells of all that failed, the same for every call', async () => {
    const blocks = new Blocks({
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 'a' }), return: () => fail('return') }),
      close: () => Promise.reject(new Error('close')),
    })
    blocks.onClose(() => fail('closer'))
    blocks.next()
    const errors = await blocks.close()
    expect(errors).toEqual([new Error('return'), new Error('close'), new Error('closer')])
    expect(await blocks.close()).toBe(errors)
  })

  it('G5: gives a parked source three seconds, then disposes of it all the same', async () => {
    vi.useFakeTimers()
    const dispose = vi.fn<() => void>()
    const parked = (async function* () {
      await new Promise(() => {})
    })()
    const blocks = new Blocks({ [Symbol.asyncIterator]: () => parked, [Symbol.dispose]: dispose })
    void blocks.next()
    const closing = blocks.close()
    await vi.advanceTimersByTimeAsync(2999)
    expect(dispose).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await closing).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/still waiting/) }),
    ])
    expect(dispose).toHaveBeenCalledOnce()
  })

  it('G9: runs every step in the context of the body', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const see = () => seen.push(storage.getStore())
    const source = {
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 'a' }), return: see }),
      close: see,
    }
    const blocks = storage.run('handler', () => new Blocks(source))
    blocks.onClose(see)
    blocks.run(() => blocks.next())
    await storage.run('elsewhere', () => blocks.close())
    expect(seen).toEqual(['handler', 'handler', 'handler'])
  })
})

describe('close of a body that was never started', () => {
  it('G5: closes an iterator, a web stream and a Node stream', async () => {
    const iterator = { next: () => ({ done: true, value: undefined }), return: vi.fn<() => void>() }
    const cancel = vi.fn<() => void>()
    const readable = Readable.from(['a'])
    for (const body of [iterator, new ReadableStream({ cancel }), readable]) {
      expect(await new Blocks(body).close()).toEqual([])
    }
    expect(iterator.return).toHaveBeenCalledOnce()
    expect(cancel).toHaveBeenCalledOnce()
    expect(readable.destroyed).toBe(true)
  })

  it('G5: disposes of the source', async () => {
    const close = vi.fn<() => void>()
    await new Blocks({ close, *[Symbol.iterator]() {} }).close()
    expect(close).toHaveBeenCalledOnce()
  })

  it('never calls a generator function', async () => {
    const source = vi.fn<() => string[]>(() => [])
    await new Blocks(source).close()
    expect(source).not.toHaveBeenCalled()
  })
})

describe('onClose', () => {
  it('G5: tells why the body is closed', async () => {
    const closer = vi.fn<(reason: unknown) => void>()
    for (const reason of [new Error('gone'), undefined]) {
      const blocks = toBlocks(['a'])
      blocks.onClose(closer)
      await blocks.close(reason)
      expect(closer).toHaveBeenLastCalledWith(reason)
    }
  })

  it('refuses a closer after the body is closed', async () => {
    const blocks = new Blocks('a')
    await blocks.close()
    expect(() => blocks.onClose(() => {})).toThrow(
      /^Cannot add to what closes with a body: the body is closed/,
    )
  })
})

function fail(message: string): never {
  throw new Error(message)
}

describe('Blocks.endWith', () => {
  it('gives the block itself where the source holds nothing, started or not', async () => {
    const blocks = toBlocks(function* () {
      yield 'one'
    })
    expect(blocks.endWith('bye')).toBe('bye')
    await blocks.next()
    expect([blocks.endWith('bye'), blocks.started]).toEqual(['bye', true])
    expect(blocks.endsEncoded).toBe(false)
  })

  it('asks a source of millrace, which is opened for it', () => {
    const reader = { next: () => ({ done: true, value: undefined }), endWith: (block: unknown) => [block] }
    const blocks = toBlocks({ openReader: () => reader, close: async () => {} })
    expect(blocks.endWith('bye')).toEqual(['bye'])
  })
})
