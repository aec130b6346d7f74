import { describe, expect, it, vi } from 'vitest'
import { flush } from '../../body/block.ts'
import type { Blocks } from '../../body/blocks.ts'
import { stream } from '../../reply/reply.ts'
import { NestedBodies, type NestedStep } from './nested-bodies.ts'

interface Item {
  readonly number: number
  readonly blocks: Blocks
}

function open(items: unknown): NestedBodies<Item> {
  return new NestedBodies<Item>(items, (value, number, blocks) => {
    if ('bad' in value) throw new TypeError('Cannot take it')
    return { number, blocks }
  })
}

async function readAll(nested: NestedBodies<Item>): Promise<string[]> {
  const log: string[] = []
  for (;;) {
    const step = await nested.next()
    log.push(describeStep(step))
    if (step.kind === 'end') return log
  }
}

function describeStep(step: NestedStep<Item>): string {
  if (step.kind === 'block') return String(step.block)
  return 'item' in step ? `${step.kind} ${step.item.number}` : step.kind
}

/** A body that tells when it is closed. */
function body(log: string[], name: string) {
  const blocks = [`${name}1`, `${name}2`].values()
  return {
    [Symbol.iterator]: () => ({ next: () => blocks.next() }),
    close: () => void log.push(`${name} closed`),
  }
}

describe('NestedBodies', () => {
  const parts = () => [{ body: 'a' }, { body: ['b', 'c'] }, {}, stream(['d'])]
  const steps = 'item 1,a,item-end 1,item 2,b,c,item-end 2,item 3,item-end 3,item 4,d,item-end 4,end'

  it.each<[string, () => unknown]>([
    ['a list', parts],
    ['a generator', () => parts().values()],
    ['a generator function', () => parts],
    [
      'an async generator',
      async function* () {
        yield* parts()
      },
    ],
  ])('gives the items of %s with the blocks of their bodies', async (_, make) => {
    expect((await readAll(open(make()))).join()).toBe(steps)
  })

  it('is at its end once it was there', async () => {
    const nested = open([][Symbol.iterator]())
    expect([await nested.next(), await nested.next()]).toEqual([{ kind: 'end' }, { kind: 'end' }])
  })

  it('passes flush on, between items and in bodies', async () => {
    const log = await readAll(open([flush, { body: [flush] }].values()))
    expect(log).toEqual(['flush', 'item 1', 'Symbol(millrace.flush)', 'item-end 1', 'end'])
  })

  it('G5: closes each body before the next item is asked for', async () => {
    const log: string[] = []
    const items = function* () {
      yield { body: body(log, 'a') }
      log.push('next item asked')
      yield { body: body(log, 'b') }
    }
    const nested = open(items)
    await readAll(nested)
    expect(log).toEqual(['a closed', 'next item asked', 'b closed'])
    expect(await nested.close()).toEqual([])
  })

  it.each<[string, (items: readonly object[]) => unknown, string[]]>([
    ['a list', (items) => items, ['a closed', 'b closed', 'c closed']],
    ['a source', (items) => items.values(), ['a closed']],
  ])(
    'G5: closes what is open, the innermost first, and what was never reached of %s',
    async (_, make, expected) => {
      const log: string[] = []
      const nested = open(make(['a', 'b', 'c'].map((name) => ({ body: body(log, name) }))))
      await nested.next()
      await nested.next()
      expect(log).toEqual([])
      await nested.close()
      await nested.close()
      expect(log).toEqual(expected)
      expect(await nested.next()).toEqual({ kind: 'end' })
    },
  )

  it('G5: closes the source of the items after the open body', async () => {
    const log: string[] = []
    const items = {
      [Symbol.iterator]: () => [{ body: body(log, 'a') }].values(),
      close: () => void log.push('items closed'),
    }
    const nested = open(items)
    await nested.next()
    await nested.next()
    await nested.close()
    expect(log).toEqual(['a closed', 'items closed'])
  })

  it('G5: closes the body of an item that comes after everything was closed', async () => {
    const log: string[] = []
    const late = Promise.withResolvers<IteratorResult<object>>()
    const nested = open({ [Symbol.asyncIterator]: () => ({ next: () => late.promise }) })
    const asked = nested.next()
    await nested.close()
    late.resolve({ done: false, value: { body: body(log, 'late') } })
    expect(await asked).toEqual({ kind: 'end' })
    await vi.waitFor(() => expect(log).toEqual(['late closed']))
  })

  it('G5: tells what closers threw, those of bodies that came to their end too', async () => {
    const failing = (name: string) => ({
      body: { [Symbol.iterator]: () => ['x'].values(), close: () => Promise.reject(new Error(name)) },
    })
    const nested = open([failing('one'), failing('two')])
    for (const kind of ['item', 'block', 'item-end', 'item']) expect((await nested.next()).kind).toBe(kind)
    expect(await nested.close()).toEqual([new Error('one'), new Error('two')])
    await expect(nested.dispose()).rejects.toThrow('several closers failed')
  })

  it.each<[unknown, string]>([
    [{ bad: true }, 'Cannot take it'],
    ['text', 'Cannot take number 2: it is a string (text); give an object with a `body`'],
    [{ body: 42 }, 'Cannot send a body that is a number (42)'],
    [{ body: Promise.resolve('x') }, 'Cannot send a body that is an object (Promise): await it first'],
  ])(
    'refuses the item %j: a list at once, with all bodies closed; a source when it comes',
    async (bad, message) => {
      const log: string[] = []
      const items = () => [{ body: body(log, 'a') }, bad, { body: body(log, 'c') }]
      expect(() => open(items())).toThrow(message)
      await vi.waitFor(() => expect(log).toEqual(['a closed', 'c closed']))
      await expect(readAll(open(items().values()))).rejects.toThrow(message)
    },
  )

  it('refuses a reply whose body was read before', async () => {
    const reply = stream(['x'])
    await readAll(open([reply]))
    expect(() => open([{ body: reply }])).toThrow('Cannot take number 1: its body was read before')
  })

  it.each([42, null, 'text', Promise.resolve([])])('refuses items that are %j', (items) => {
    expect(() => open(items)).toThrow('Cannot take parts or entries from')
  })

  it('goes on with the next item when a body is taken as it is', async () => {
    const nested = open([{ body: 'a' }, { body: 'b' }])
    await nested.next()
    nested.skipBody()
    expect(await readAll(nested)).toEqual(['item 2', 'b', 'item-end 2', 'end'])
  })
})
