import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { readAll } from '../../test/support/read-all.ts'
import { batch, type BatchLimits } from './batch.ts'
import { type Block, flush } from './block.ts'
import { toBlocks } from './blocks.ts'
import { collectBytes } from './collect.ts'
import type { Body } from './source.ts'

afterEach(() => {
  vi.useRealTimers()
})

async function batches(body: Body, limits: BatchLimits): Promise<Block[]> {
  return readAll(batch(body, limits))
}

describe('batch', () => {
  it.each<[string, Body, BatchLimits, Block[]]>([
    ['count', ['a', 'b', 'c', 'd', 'e'], { count: 2 }, ['ab', 'cd', 'e']],
    ['count, of blocks that are not empty', ['', 'a', '', 'b', 'c', ''], { count: 2 }, ['ab', 'c']],
    ['count, of lists by their blocks', [['a', ['b']], 'c', 'd'], { count: 2 }, ['ab', 'cd']],
    ['count, never splitting a list', [['a', 'b', 'c'], 'd'], { count: 2 }, ['abc', 'd']],
    ['bytes', ['aa', 'bb', 'cc'], { bytes: 3 }, ['aabb', 'cc']],
    ['bytes, the first that is reached', ['aaaa', 'b', 'c'], { bytes: 4, count: 2 }, ['aaaa', 'bc']],
    ['flush, which it passes on', ['a', flush, 'b', 'c'], { count: 2 }, ['a', flush, 'bc']],
    ['flush with nothing before it', [flush, flush, 'a'], { count: 2 }, [flush, flush, 'a']],
    ['the end', ['a'], { count: 9 }, ['a']],
    ['the end of nothing', [], { count: 9 }, []],
    ['bytes, as one block', [Buffer.from('a'), Buffer.from('b')], { count: 2 }, [Buffer.from('ab')]],
    ['text and bytes, as one list', [Buffer.from('a'), 'ä'], { count: 2 }, [[Buffer.from('a'), 'ä']]],
  ])('sends a batch by %s', async (_, blocks, limits, expected) => {
    expect(await batches(blocks, limits)).toEqual(expected)
  })

  it('sends a half-filled batch before it passes an error on', async () => {
    const rows = batch(
      function* () {
        yield 'a'
        yield 'b'
        throw new Error('no more rows')
      },
      { count: 3 },
    )[Symbol.asyncIterator]()
    expect(await rows.next()).toEqual({ done: false, value: 'ab' })
    await expect(rows.next()).rejects.toThrow('no more rows')
    expect(await rows.next()).toEqual({ done: true, value: undefined })
  })

  it('keeps every character whole, and every byte, whatever the blocks', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 3 })
    const piece = fc.oneof(
      text,
      fc.constantFrom('\ud83d', '\ude00'),
      fc.uint8Array({ minLength: 1, maxLength: 3 }),
    )
    const blocks = fc.array(fc.oneof(piece, fc.array(piece, { maxLength: 3 })), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(blocks, fc.integer({ min: 2, max: 5 }), async (list, count) => {
        expect(await collectBytes(batch(list, { count }))).toEqual(await collectBytes(list))
      }),
    )
  })

  it('keeps what a block was when its memory is filled again', async () => {
    const body = function* () {
      const memory = Buffer.alloc(1)
      for (const letter of 'abc') {
        memory.write(letter)
        yield memory
      }
    }
    expect(String(await collectBytes(batch(body, { count: 3 })))).toBe(String(Buffer.from('abc')))
  })

  it('G11: pushes out what stands before a flush inside a list, and passes the flush on', async () => {
    const gate = new Gate()
    const blocks = batch(gate, { count: 9 })[Symbol.asyncIterator]()
    gate.open(['a', flush])
    const given: unknown[] = [(await blocks.next()).value]
    given.push((await blocks.next()).value)
    expect(given).toEqual(['a', flush])
    expect(gate.asked).toBe(1)
  }, 1000)

  it('G2: asks for no block before it is asked for a batch, and for none ahead', async () => {
    const gate = new Gate()
    const blocks = batch(gate, { count: 2 })[Symbol.asyncIterator]()
    for (const block of ['a', 'b', 'c']) gate.open(block)
    expect(gate.asked).toBe(0)
    await blocks.next()
    expect(gate.asked).toBe(2)
  })

  it('refuses what is not a block, as an error of the body', async () => {
    await expect(collectBytes(toBlocks(batch(toBlocksOf(1), { count: 2 })))).rejects.toThrow(/a number \(1\)/)
  })
})

describe('batch by ms', () => {
  it('sends what it has when its first block has waited that long', async () => {
    vi.useFakeTimers()
    const gate = new Gate()
    const blocks = batch(gate, { ms: 20 })[Symbol.asyncIterator]()
    const sent = vi.fn<(step: unknown) => void>()
    void blocks.next().then(sent)
    await gate.whenAsked(1)
    await vi.advanceTimersByTimeAsync(100)
    gate.open('a')
    await vi.advanceTimersByTimeAsync(12)
    gate.open('b')
    await vi.advanceTimersByTimeAsync(7)
    expect(sent).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toHaveBeenCalledExactlyOnceWith({ done: false, value: 'ab' })
  })

  it('loses no block that comes after its batch has left', async () => {
    vi.useFakeTimers()
    const gate = new Gate()
    const blocks = batch(gate, { ms: 20 })[Symbol.asyncIterator]()
    const first = blocks.next()
    gate.open('a')
    await vi.advanceTimersByTimeAsync(20)
    expect(await first).toEqual({ done: false, value: 'a' })
    const second = blocks.next()
    gate.open('b')
    await gate.whenAsked(3)
    await vi.advanceTimersByTimeAsync(20)
    expect(await second).toEqual({ done: false, value: 'b' })
    expect(gate.asked).toBe(3)
  })

  it('leaves no timer behind', async () => {
    vi.useFakeTimers()
    expect(await batches(['a', 'b'], { ms: 20 })).toEqual(['ab'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('resize', () => {
  it('changes the limits in mid-stream, and switches them off', async () => {
    const gate = new Gate()
    const joined = batch(gate, { count: 2 })
    for (const block of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) gate.open(block)
    gate.end()
    const blocks = joined[Symbol.asyncIterator]()
    expect(await blocks.next()).toEqual({ done: false, value: 'ab' })
    joined.resize({ count: 3 })
    expect(joined.limits).toEqual({ count: 3 })
    expect(await blocks.next()).toEqual({ done: false, value: 'cde' })
    joined.resize(undefined)
    expect(await blocks.next()).toEqual({ done: false, value: 'f' })
    expect(await blocks.next()).toEqual({ done: false, value: 'g' })
  })
})

describe('limits', () => {
  it.each([
    [{}, TypeError],
    [{ count: 1 }, RangeError],
    [{ count: 2.5 }, RangeError],
    [{ count: Number.NaN }, RangeError],
    [{ bytes: 0 }, RangeError],
    [{ bytes: Number.NaN }, RangeError],
    [{ ms: -1 }, RangeError],
    [{ count: 2, ms: Number.NaN }, RangeError],
  ])('are refused when they are %o', (limits, kind) => {
    expect(() => batch([], limits)).toThrow(kind)
    expect(() => batch([], { count: 2 }).resize(limits)).toThrow(kind)
  })
})

describe('closing a batch', () => {
  it('G5: closes its source once, while a block is awaited', async () => {
    const gate = new Gate()
    const blocks = toBlocks(batch(gate, { count: 2 }))
    const asked = blocks.next()
    await gate.whenAsked(1)
    expect(await blocks.close()).toEqual([])
    expect(await asked).toMatchObject({ done: true })
    expect(gate.closed).toBe(1)
  })

  it('G5: closes its source once between batches', async () => {
    const gate = new Gate()
    const blocks = toBlocks(batch(gate, { count: 2 }))
    gate.open('a')
    gate.open('b')
    await blocks.next()
    await blocks.close()
    expect(gate.closed).toBe(1)
  })

  it('G5: closes a source that was never started', async () => {
    const gate = new Gate()
    expect(await toBlocks(batch(gate, { count: 2 })).close()).toEqual([])
    expect(gate.closed).toBe(1)
    expect(gate.asked).toBe(0)
  })

  it('G5: disposes of a source that has come to its end', async () => {
    const close = vi.fn<() => void>()
    const cursor = { close, *[Symbol.iterator]() {} }
    await batches(cursor, { count: 2 })
    expect(close).toHaveBeenCalledOnce()
  })

  it('G5: tells what the closers of its source have thrown', async () => {
    const error = new Error('Cannot close the cursor')
    const cursor = {
      *[Symbol.iterator]() {
        yield 'a'
        yield 'b'
        yield 'c'
      },
      close: () => Promise.reject(error),
    }
    const blocks = toBlocks(batch(cursor, { count: 2 }))
    await blocks.next()
    expect(await blocks.close()).toEqual([error])
  })
})

// A source in JavaScript may yield anything.
function toBlocksOf(value: unknown): Iterable<Block> {
  const blocks: Block[] = []
  Reflect.set(blocks, 0, value)
  return blocks
}

it('batch gives what it holds before the block with which it is to end', async () => {
  const gate = new Gate()
  const blocks = toBlocks(batch(gate, { count: 3 }))
  expect(blocks.endWith('bye')).toBe('bye')
  const asked = blocks.next()
  gate.open('one')
  await gate.whenAsked(2)
  expect(blocks.endWith('bye')).toEqual(['one', 'bye'])
  await blocks.close()
  await asked
})
