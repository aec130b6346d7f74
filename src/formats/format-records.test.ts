import { describe, expect, it } from 'vitest'
import { flush } from '../body/block.ts'
import { formatRecords, type RecordEncoder } from './format-records.ts'

const encoder: RecordEncoder = {
  encode: (item) => {
    if (item === 'bad') throw new Error('Cannot encode it')
    return `<${String(item)}>`
  },
  end: () => '</>',
}

/** A source that tells what was done with it. */
function createSource(items: unknown[]) {
  const calls: string[] = []
  const pull = () => {
    calls.push('next')
    const value = items.shift()
    return { done: value === undefined, value }
  }
  const stop = () => {
    calls.push('return')
    return { done: true, value: undefined }
  }
  const sync: Iterable<unknown> = { [Symbol.iterator]: () => ({ next: pull, return: stop }) }
  const async: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () => ({ next: async () => pull(), return: async () => stop() }),
  }
  return { calls, sync, async }
}

describe.each(['sync', 'async'] as const)('formatRecords of a source that is %s', (kind) => {
  it('gives one block for each item and what comes last, and closes nothing that has ended', async () => {
    const source = createSource(['a', 'b'])
    expect(await collect(formatRecords(source[kind], encoder))).toEqual(['<a>', '<b>', '</>'])
    expect(source.calls).toEqual(['next', 'next', 'next'])
  })

  it('passes flush on (G11)', async () => {
    const source = createSource(['a', flush, 'b'])
    expect(await collect(formatRecords(source[kind], encoder))).toEqual(['<a>', flush, '<b>', '</>'])
  })

  it('pulls nothing before it is asked, and nothing ahead (G2)', async () => {
    const source = createSource(['a', 'b'])
    const texts = formatRecords(source[kind], encoder)
    expect(source.calls).toEqual([])
    expect(await texts.next()).toEqual({ done: false, value: '<a>' })
    expect(source.calls).toEqual(['next'])
  })

  it('closes the source once when it is closed early (G5)', async () => {
    const source = createSource(['a', 'b'])
    const texts = formatRecords(source[kind], encoder)
    await texts.next()
    await texts.return(undefined)
    await texts.return(undefined)
    expect(source.calls).toEqual(['next', 'return'])
  })

  it('closes the source once when an item fails (G5)', async () => {
    const source = createSource(['a', 'bad', 'b'])
    const texts = formatRecords(source[kind], encoder)
    await expect(collect(texts)).rejects.toThrow('Cannot encode it')
    expect(await texts.next()).toEqual({ done: true, value: undefined })
    expect(source.calls).toEqual(['next', 'next', 'return'])
  })

  it('passes on what the source throws, and does not close what has failed', async () => {
    const source = createSource([])
    const error = new Error('Cannot read the table')
    const failing = {
      sync: { [Symbol.iterator]: () => ({ ...source.sync[Symbol.iterator](), next: () => fail(error) }) },
      async: {
        [Symbol.asyncIterator]: () => ({ ...source.async[Symbol.asyncIterator](), next: () => fail(error) }),
      },
    }
    await expect(collect(formatRecords(failing[kind], encoder))).rejects.toBe(error)
    expect(source.calls).toEqual([])
  })
})

describe('formatRecords', () => {
  it('answers as its source does', () => {
    const { sync, async } = createSource([])
    expect(Symbol.iterator in formatRecords(sync, encoder)).toBe(true)
    expect(Symbol.asyncIterator in formatRecords(async, encoder)).toBe(true)
  })
})

async function collect(texts: Iterable<unknown> | AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = []
  for await (const text of texts) list.push(text)
  return list
}

function fail(error: Error): never {
  throw error
}
