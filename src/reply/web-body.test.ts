import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { readAll } from '../../test/support/read-all.ts'
import { settle } from '../../test/support/start-pump.ts'
import { flush } from '../body/block.ts'
import type { Body } from '../body/source.ts'
import type { Outcome } from '../delivery/sink.ts'
import { LARGE } from '../delivery/slab.ts'
import { push, type Reply, reply, stream } from './reply.ts'

const error = new Error('no more rows')
// What a host is told shows nothing of the error but by its cause.
const neutral = { message: 'Cannot read the body of the reply to its end: it has failed' }

function open(made: Reply) {
  if (!made.body) throw new TypeError('Cannot read a reply without a body')
  return made.body.getReader()
}

/** The outcomes that `onClose` was told. */
function watch() {
  const outcomes: Outcome[] = []
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const onClose = (outcome: Outcome) => {
    outcomes.push(outcome)
    resolve(outcome)
  }
  return { outcomes, onClose, closed: promise }
}

function* failing(...blocks: string[]): Generator<string> {
  yield* blocks
  throw error
}

const ways = [
  ['reply', reply],
  ['stream', stream],
] as const

describe.each(ways)('the web body of %s()', (_, make) => {
  it.each<[string, Exclude<Body, null>, string]>([
    ['text', 'aä', 'aä'],
    ['bytes', Buffer.from('ab').subarray(1), 'b'],
    ['a list', ['a', ['b', flush], Buffer.from('c')], 'abc'],
    ['a generator', ['a', 'b'].values(), 'ab'],
    ['nothing', [], ''],
    ['empty blocks', ['', new Uint8Array(0)], ''],
    ['a split character', ['\ud83d', '\ude00'], '😀'],
    ['a large block', ['x'.repeat(LARGE * 2)], 'x'.repeat(LARGE * 2)],
    ['a web stream', ReadableStream.from(['a', 'b']), 'ab'],
    ['a Blob', new Blob(['ab']), 'ab'],
  ])('is what was given: %s', async (_kind, body, text) => {
    expect(await make(body).text()).toBe(text)
  })

  it('is read as bytes, twice by a clone, and once only', async () => {
    const made = make(['a', 'b'].values())
    const copy = made.clone()
    expect(Buffer.from(await made.arrayBuffer()).toString()).toBe('ab')
    expect(await copy.text()).toBe('ab')
    await expect(made.text()).rejects.toThrow(TypeError)
  })

  it('asks nothing of its source before it is read', async () => {
    const source = vi.fn<() => string[]>(() => ['a'])
    const made = make(source)
    await settle()
    expect(source).not.toHaveBeenCalled()
    expect(await made.text()).toBe('a')
    expect(source).toHaveBeenCalledOnce()
  })

  it('G5: tells onClose once when it has ended, after its source is closed', async () => {
    const calls: string[] = []
    const body = {
      *[Symbol.iterator]() {
        yield 'abc'
      },
      close: () => calls.push('closed'),
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const onClose = ({ kind, bytes }: Outcome) => {
      calls.push(`${kind} ${bytes}`)
      resolve()
    }
    await make(body, { onClose }).text()
    await promise
    await settle()
    expect(calls).toEqual(['closed', 'complete 3'])
  })

  it('G4: fails when its source fails, and never looks complete', async () => {
    const { onClose, closed, outcomes } = watch()
    await expect(make(failing('a'), { onClose }).text()).rejects.toMatchObject({ ...neutral, cause: error })
    expect((await closed).error).toBe(error)
    await settle()
    expect(outcomes).toHaveLength(1)
  })

  it('G5: closes its source when the host cancels before it has read', async () => {
    const { onClose, closed, outcomes } = watch()
    const gate = new Gate()
    const made = make(gate, { onClose })
    await made.body?.cancel('enough')
    expect((await closed).kind).toBe('client-gone')
    await settle()
    expect([gate.closed, gate.asked, outcomes.length]).toEqual([1, 0, 1])
  })

  it('G5: closes its source when the host cancels while it waits for a block', async () => {
    const { onClose, closed, outcomes } = watch()
    const gate = new Gate()
    const reader = open(make(gate, { onClose }))
    const asked = reader.read()
    await gate.whenAsked(1)
    await reader.cancel('enough')
    expect(await asked).toEqual({ done: true, value: undefined })
    expect((await closed).kind).toBe('client-gone')
    await settle()
    expect([gate.closed, outcomes.length]).toEqual([1, 1])
  })

  it('G9: keeps the context in its source and in onClose', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const body = async function* () {
      seen.push(storage.getStore())
      await settle()
      yield String(storage.getStore())
    }
    const onClose = () => {
      seen.push(storage.getStore())
      resolve()
    }
    const made = storage.run('inside', () => make(body, { onClose }))
    expect(await storage.run('outside', () => made.text())).toBe('inside')
    await promise
    expect(seen).toEqual(['inside', 'inside'])
  })

  it('warns of what a closer or onClose has thrown, and does not fail for it', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    const closer = new Error('Cannot close the cursor')
    const body = { *[Symbol.iterator]() {}, close: () => Promise.reject(closer) }
    const onClose = () => Promise.reject(error)
    const made = make(body, { onClose })
    await made.text().catch((thrown: unknown) => expect(thrown).toBe(closer))
    await settle()
    expect(warn.mock.calls.map(([warning]) => warning)).toEqual([closer, error])
    warn.mockRestore()
  })
})

describe('the web body of stream()', () => {
  it('G1: gives each block before the next is opened', async () => {
    const gate = new Gate()
    const reader = open(stream(gate))
    for (const [index, block] of ['a', 'b', 'c'].entries()) {
      const asked = reader.read()
      gate.open(block)
      expect(Buffer.from((await asked).value ?? []).toString()).toBe(block)
      expect(gate.asked).toBe(index + 1)
    }
    gate.end()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
  })

  it('G2: asks for the next block only when the host reads', async () => {
    const gate = new Gate()
    const reader = open(stream(gate))
    for (const block of ['a', 'b']) gate.open(block)
    await reader.read()
    await settle()
    expect(gate.asked).toBe(1)
    await reader.read()
    await settle()
    expect(gate.asked).toBe(2)
  })

  it('gives what came before a failure', async () => {
    const reader = open(stream(failing('a')))
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a')
    await expect(reader.read()).rejects.toMatchObject({ ...neutral, cause: error })
  })

  it('G4: lets onError add a last block, and fails all the same', async () => {
    const reader = open(stream(failing('a'), { onError: () => 'cut' }))
    await reader.read()
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('cut')
    await expect(reader.read()).rejects.toMatchObject({ ...neutral, cause: error })
  })

  it.each([
    ['too long', 2],
    ['too short', 4],
  ])('G6: fails when Content-Length is %s for it', async (_, length) => {
    const made = stream(['a', 'bc'], { headers: { 'content-length': String(length) } })
    await expect(made.text()).rejects.toMatchObject({ ...neutral, cause: { code: 'G6' } })
  })

  it('G6: stops at Content-Length', async () => {
    const endless = function* () {
      for (;;) yield 'a'
    }
    expect(await stream(endless, { headers: { 'content-length': '3' } }).text()).toBe('aaa')
  })

  it('gives the blocks of a turn together when that is asked', async () => {
    const blocks = await readAll(stream(['a', 'b', 'c'], { delivery: 'turn' }).body ?? [])
    expect(blocks.map((block) => Buffer.from(block).toString())).toEqual(['abc'])
  })

  it('gives the host memory of its own', async () => {
    const memory = Buffer.from('a')
    const blocks = await readAll(
      stream(function* () {
        yield memory
        memory.write('b')
        yield memory
      }).body ?? [],
    )
    expect(blocks.map((block) => Buffer.from(block).toString())).toEqual(['a', 'b'])
  })

  it('is written by push(), a write at a time', async () => {
    const made = push(async (out) => {
      await out.write('a')
      await out.write('b')
    })
    expect(await made.text()).toBe('ab')
  })
})

describe('the web body of reply()', () => {
  it('fails at maxBytes', async () => {
    await expect(reply(['abc'], { maxBytes: 2 }).text()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('more than 2 bytes') },
    })
  })

  it('is null for null', () => {
    expect(reply(null).body).toBe(null)
  })
})
