import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it, vi } from 'vitest'
import { flush } from './block.ts'
import { Blocks } from './blocks.ts'
import { collectBytes, collectText } from './collect.ts'
import type { Body } from './source.ts'

describe('collectText', () => {
  it.each<[string, Body, string]>([
    ['text', 'äb', 'äb'],
    ['nothing', null, ''],
    ['a list of every kind of block', ['a', ['b', [Buffer.from('c')]], flush, '', new Uint8Array(0)], 'abc'],
    ['a character split between texts', ['\ud83d', '\ude00'], '😀'],
    ['a character split in a nested list', ['x\ud83d', [flush, ['', '\ude00y']]], 'x😀y'],
    ['a character around empty blocks', ['\ud83d', new Uint8Array(0), '', '\ude00'], '😀'],
    ['lone surrogates', ['\ud83d', Buffer.from('b'), '\ude00'], '\ufffdb\ufffd'],
    ['a character split between bytes', [Buffer.from('ä').subarray(0, 1), Buffer.from('ä').subarray(1)], 'ä'],
    ['a Blob', new Blob(['ab']), 'ab'],
  ])('joins %s', async (_, body, text) => {
    expect(await collectText(body)).toBe(text)
  })
})

describe('collectBytes', () => {
  it('keeps what a block was when its memory is filled again', async () => {
    const memory = Buffer.alloc(1)
    const bytes = await collectBytes(function* () {
      for (const letter of 'abc') {
        memory.write(letter)
        yield memory
      }
    })
    expect(Buffer.from(bytes).toString()).toBe('abc')
  })

  it.each([
    ['text', ['äb', 'c']],
    ['bytes', [Buffer.alloc(3), Buffer.alloc(1)]],
    ['both', ['ä', Buffer.alloc(2)]],
  ])('takes %s of exactly maxBytes, and fails at one more', async (_, body) => {
    expect(await collectBytes(body, { maxBytes: 4 })).toHaveLength(4)
    await expect(collectBytes(body, { maxBytes: 3 })).rejects.toThrow(
      /^Cannot buffer a body of more than 3 bytes/,
    )
  })

  it('stops an endless source at maxBytes and closes it once', async () => {
    const closed = vi.fn<() => void>()
    const endless = function* () {
      try {
        for (;;) yield 'abc'
      } finally {
        closed()
      }
    }
    await expect(collectBytes(endless, { maxBytes: 100 })).rejects.toThrow(RangeError)
    expect(closed).toHaveBeenCalledOnce()
  })

  it('allows 64 MiB unless told', async () => {
    const limit = 64 * 1024 * 1024
    expect(await collectBytes(Buffer.alloc(limit))).toHaveLength(limit)
    await expect(collectBytes(Buffer.alloc(limit + 1))).rejects.toThrow(`more than ${limit} bytes`)
  })

  it('G5: closes the body when it has ended, and when it fails [WKZ-021]', async () => {
    for (const error of [undefined, new Error('no more rows')]) {
      const close = vi.fn<() => void>()
      const body = {
        *[Symbol.iterator]() {
          yield 'a'
          if (error) throw error
        },
        close,
      }
      const collecting = collectBytes(body)
      if (error) await expect(collecting).rejects.toBe(error)
      else await collecting
      expect(close).toHaveBeenCalledOnce()
    }
  })

  it('G5: closes a body that is too long with the reason', async () => {
    const reasons: unknown[] = []
    const iterator = {
      next: () => ({ done: false, value: 'ab' }),
      return: (reason: unknown) => reasons.push(reason),
    }
    const failure: unknown = await collectBytes(new Blocks({ [Symbol.iterator]: () => iterator }), {
      maxBytes: 3,
    }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RangeError)
    expect(reasons).toEqual([failure])
  })

  it('refuses what is not a block', async () => {
    await expect(collectBytes(new Blocks([1]))).rejects.toThrow(/^Cannot send a block that is a number/)
  })

  it('G9: pulls inside the context of the body', async () => {
    const storage = new AsyncLocalStorage<string>()
    const body = async function* () {
      yield `${storage.getStore()} `
      await Promise.resolve()
      yield `${storage.getStore()}`
    }
    const blocks = storage.run('handler', () => new Blocks(body))
    expect(await storage.run('elsewhere', () => collectText(blocks))).toBe('handler handler')
  })
})
