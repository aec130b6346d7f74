import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { flush } from '../../body/block.ts'
import { type Blocks, toBlocks } from '../../body/blocks.ts'
import { reply, stream } from '../../reply/reply.ts'
import { withBlocks } from '../../reply/with-blocks.ts'
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

  const once = (): [string, unknown][] => [
    ['a generator', (function* () {})()],
    ['an iterator', [1].values()],
    ['a Node stream', Readable.from(['x'])],
    ['a web stream', ReadableStream.from(['x'])],
    ['a reply', stream(['x'])],
    ['a reply of text on which something hangs', withBlocks(stream(['x']), toBlocks('x'))],
    ['a web response', new Response('x')],
  ]

  it.each(once())('refuses %s that stands in two items: in a list at once', async (_, twin) => {
    const log: string[] = []
    const items = [{ body: body(log, 'a') }, { body: twin }, { body: twin }, { body: twin }]
    const message =
      'Cannot take number 3: its body was given before, and can be read once; make it anew for each'
    expect(() => open(items)).toThrow(message)
    await vi.waitFor(() => expect(log).toEqual(['a closed']))
  })

  it.each(once())(
    'refuses %s that stands in two items: from a source when it comes again',
    async (_, twin) => {
      await expect(readAll(open([{ body: twin }, { body: twin }].values()))).rejects.toThrow(
        /^Cannot take number 2: its body was (given|read) before/,
      )
    },
  )

  it('G5: closes once what stands in a list again after the item that is refused', async () => {
    const stop = vi.fn<() => object>(() => ({ done: true, value: undefined }))
    const twin = { next: () => ({ done: false, value: 'x' }), return: stop, [Symbol.iterator]: () => twin }
    expect(() => open([{ body: twin }, { bad: true }, { body: twin }])).toThrow('Cannot take it')
    await vi.waitFor(() => expect(stop).toHaveBeenCalled())
    await new Promise((resolve) => setImmediate(resolve))
    expect(stop).toHaveBeenCalledOnce()
  })

  it.each<[string, (rows: Iterator<string> & Iterable<string>) => unknown[]]>([
    ['after it', (rows) => [rows, stream(rows)]],
    ['before it', (rows) => [stream(rows), rows]],
    ['twice', (rows) => [stream(rows), reply(rows)]],
  ])('refuses what a reply reads that stands %s too', async (_, make) => {
    const bodies = () => make(['x'].values()).map((one) => ({ body: one }))
    const message = 'Cannot take number 2: its body was given before'
    expect(() => open(bodies())).toThrow(message)
    await expect(readAll(open(bodies().values()))).rejects.toThrow(message)
  })

  it('takes what can be read again as often as it comes', async () => {
    const replies = [reply('x'), reply(Buffer.from('x')), stream('x')]
    const bodies = ['x', Buffer.from('x'), ['x'], new Set(['x']), () => ['x'].values(), new Blob(['x'])]
    for (const again of [...bodies, ...replies]) {
      const read = await readAll(open([{ body: again }, { body: again }]))
      expect(read.filter((entry) => !entry.includes('item'))).toHaveLength(3)
    }
  })

  it('refuses a reply that another document has read meanwhile', async () => {
    const shared = stream(['x'])
    const [first, second] = [open([shared]), open([shared])]
    await readAll(first)
    await expect(readAll(second)).rejects.toThrow('Cannot take number 1: its body was read before')
  })

  it('takes a reply of text again, whatever has become of the documents before', async () => {
    const logo = reply('logo')
    await readAll(open([logo]))
    await open([logo]).close()
    const half = open([{ body: 'a' }, logo])
    await half.next()
    await half.close(new Error('gone'))
    expect(await readAll(open([logo]))).toEqual(['item 1', 'logo', 'item-end 1', 'end'])
  })

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
