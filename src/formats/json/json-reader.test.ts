import { describe, expect, it, vi } from 'vitest'
import { RowGate } from '../../../test/support/row-gate.ts'
import { flush } from '../../body/block.ts'
import { type Blocks, toBlocks } from '../../body/blocks.ts'
import { JsonReader } from './json-reader.ts'

function open(value: unknown): Blocks {
  return toBlocks(new JsonReader(value, ''))
}

async function takeAll(blocks: Blocks): Promise<unknown[]> {
  const values: unknown[] = []
  for (let step = await blocks.next(); !step.done; step = await blocks.next()) values.push(step.value)
  return values
}

describe('JsonReader', () => {
  it('G1: gives what was written before it asks for more', async () => {
    const log: string[] = []
    const rows = function* () {
      for (const id of [1, 2]) {
        log.push(`asked for ${id}`)
        yield { id }
      }
    }
    const blocks = open({ a: 1, rows, z: Promise.resolve('z') })
    const seen: unknown[] = []
    for (let step = await blocks.next(); !step.done; step = await blocks.next())
      seen.push(...log.splice(0), step.value)
    expect(seen).toEqual([
      '{"a":1,"rows":[',
      'asked for 1',
      '{"id":1}',
      'asked for 2',
      ',{"id":2}',
      ']',
      ',"z":"z"}',
    ])
  })

  it('answers what is there without a promise', () => {
    const blocks = open({ rows: [1, 2].values() })
    for (const value of ['{"rows":[', '1', ',2', ']}']) expect(blocks.next()).toEqual({ done: false, value })
    expect(blocks.next()).toEqual({ done: true, value: undefined })
  })

  it('passes flush on', async () => {
    expect(await takeAll(open([flush, 1].values()))).toEqual(['[', flush, '1', ']'])
  })

  it('gives what is much in blocks of bounded size', async () => {
    const values = await takeAll(open(Array.from({ length: 20_000 }, (_, index) => ({ index }))))
    expect(values.length).toBeGreaterThan(50)
    for (const value of values) expect(String(value).length).toBeLessThan(6000)
  })

  it('calls a function in the place of the document, with a signal, when it is asked', async () => {
    let signal: AbortSignal | undefined
    const make = vi.fn<(init: { signal: AbortSignal }) => Promise<unknown>>(async (init) => {
      signal = init.signal
      return { rows: new RowGate() }
    })
    const blocks = open(make)
    expect(make).not.toHaveBeenCalled()
    expect(await blocks.next()).toEqual({ done: false, value: '{"rows":[' })
    await blocks.close()
    expect(signal?.aborted).toBe(true)
  })

  it('does not abort the signal of a document that came to its end', async () => {
    const blocks = open(({ signal }: { signal: AbortSignal }) => ({ was: signal.aborted }))
    expect(await takeAll(blocks)).toEqual(['{"was":false}'])
    expect(await blocks.close()).toEqual([])
  })

  it('G5: closes what is open, the innermost first, then what was never reached, once', async () => {
    const log: string[] = []
    const named = (name: string, items: unknown[]) => ({
      [Symbol.iterator]: () => items.values(),
      close: () => void log.push(name),
    })
    const inner = named('inner', [1])
    const late = Promise.withResolvers<unknown>()
    const value = {
      done: named('done', []),
      outer: named('outer', [[{ inner, beside: named('beside', []) }, named('after', [])]]),
      last: [named('last', []), late.promise],
    }
    const blocks = open(value)
    for (let block = await blocks.next(); block.value !== '1'; block = await blocks.next());
    expect(log).toEqual(['done'])
    await blocks.close()
    await blocks.close()
    expect(log).toEqual(['done', 'inner', 'beside', 'after', 'outer', 'last'])
    late.resolve(named('late', []))
    await vi.waitFor(() => expect(log.at(-1)).toBe('late'))
    expect(await blocks.next()).toEqual({ done: true, value: undefined })
  })

  it('G5: closes a document that was never asked for', async () => {
    const close = vi.fn<() => void>()
    await open({ a: [{ [Symbol.iterator]: () => [].values(), close }] }).close()
    expect(close).toHaveBeenCalledOnce()
  })

  it('G5: closes what a promise gives that was waited for when the document was closed', async () => {
    const gate = new RowGate<number>()
    const later = Promise.withResolvers<object>()
    const blocks = open([later.promise])
    await blocks.next()
    const asked = Promise.resolve(blocks.next())
    await blocks.close()
    later.resolve({ gate })
    expect(await asked).toEqual({ done: true, value: undefined })
    await gate.whenClosed()
    expect(gate.closed).toBe(1)
  })

  it('G5: closes what a source gives that was asked when the document was closed', async () => {
    const gate = new RowGate<number>()
    const next = Promise.withResolvers<IteratorResult<object>>()
    const blocks = open({ [Symbol.asyncIterator]: () => ({ next: () => next.promise }) })
    await blocks.next()
    const asked = Promise.resolve(blocks.next())
    await blocks.close()
    next.resolve({ done: false, value: { gate } })
    expect(await asked).toEqual({ done: true, value: undefined })
    await gate.whenClosed()
  })

  it('G5: closes what a getter gave, though the document was closed before it was written', async () => {
    const gates: RowGate<number>[] = []
    const inner = Object.defineProperty({}, 'rows', {
      enumerable: true,
      get: () => (gates[gates.length] = new RowGate<number>()),
    })
    const blocks = open({ first: [1].values(), second: { inner } })
    await blocks.next()
    await blocks.close()
    expect(gates.map(({ closed }) => closed)).toEqual(gates.map(() => 1))
  })

  it('tells what closers threw, those of sources that came to their end too', async () => {
    const error = new Error('Cannot close the cursor')
    const blocks = open([{ [Symbol.iterator]: () => [].values(), close: () => Promise.reject(error) }])
    await takeAll(blocks)
    expect(await blocks.close()).toEqual([error])
  })

  it('G4: fails with what a promise, a source or a getter throws', async () => {
    const error = new Error('Cannot read')
    const getter = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => {
        throw error
      },
    })
    const failing = function* () {
      yield 1
      throw error
    }
    for (const value of [{ a: Promise.reject(error) }, failing, [Promise.resolve(), getter]]) {
      await expect(takeAll(open(value))).rejects.toBe(error)
    }
  })
})
