import { AsyncLocalStorage } from 'node:async_hooks'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { PumpRun, settle, startPump } from '../../test/support/start-pump.ts'
import { type Block, flush } from '../body/block.ts'
import { Blocks } from '../body/blocks.ts'
import { ClientGone, ShuttingDown } from './errors.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const error = new Error('no more rows')

describe('commit', () => {
  it('G3: waits for the first block that is not empty', async () => {
    const gate = new Gate()
    const { sink } = startPump(gate)
    for (const empty of ['', [], ['', new Uint8Array(0)]]) gate.open(empty)
    await gate.whenAsked(4)
    expect(sink.calls).toEqual([])
    gate.open('a')
    await gate.whenAsked(5)
    expect(sink.calls).toEqual(['frame', 'commit', 'write'])
  })

  it.each<[string, Block[], object]>([
    ['text', ['ä'], { content: 'text', bytes: 2 }],
    ['bytes', [Buffer.alloc(3)], { content: 'bytes', bytes: 3 }],
    ['nothing', [''], { content: 'empty', bytes: 0 }],
    ['flush', [flush, 'a'], { content: 'unknown', bytes: 0 }],
  ])('tells the head what the body begins with: %s', async (_, body, first) => {
    const run = startPump(body)
    await run.closed
    expect(run.sink.first).toEqual(first)
  })

  it('now: sends the head before the source is asked', async () => {
    const seen: unknown[] = []
    const options = { commit: 'now', delivery: 'turn' } as const
    const run = new PumpRun(function* () {
      seen.push(...run.sink.calls)
      yield 'a'
    }, options)
    run.pump.start()
    await run.closed
    expect(seen).toEqual(['frame', 'commit', 'push'])
    expect(run.sink.first).toEqual({ content: 'unknown', bytes: 0 })
  })

  it('now: what fails after that fails as after commit', async () => {
    const run = startPump(failing(), { commit: 'now' })
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error })
    expect(run.sink.aborted).toBe(error)
  })

  it('flush before any data sends the head at once', async () => {
    const gate = new Gate()
    const { sink } = startPump(gate)
    gate.open(flush)
    await gate.whenAsked(2)
    expect(sink.calls).toEqual(['frame', 'commit', 'push'])
  })

  it('G3: an error before it is refused, and nothing is written', async () => {
    for (const body of [failing(), failing('', []), [1], ['', { a: 1 }]]) {
      const run = startPump(body)
      expect((await run.closed).outcome).toMatchObject({ kind: 'refused', bytes: 0, blocks: 0 })
      expect(run.sink.calls).toEqual([])
    }
  })

  it('G3: a head that cannot be sent is refused', async () => {
    const run = new PumpRun(['a'])
    run.sink.headError = new Error('Cannot send this head')
    run.pump.start()
    expect((await run.closed).outcome).toMatchObject({ kind: 'refused', error: run.sink.headError })
    expect(run.sink.calls).toEqual(['frame'])
  })

  it('G6: a first block that is longer than Content-Length is refused before the head', async () => {
    const run = startPump(['abc'], { framing: { kind: 'length', bytes: 2 } })
    expect((await run.closed).outcome).toMatchObject({ kind: 'refused', error: { code: 'G6' } })
    expect(run.sink.calls).toEqual(['frame'])
  })
})

describe('delivery', () => {
  it('G1: block writes each block before the next is asked for', async () => {
    const seen: unknown[] = []
    const run = new PumpRun(function* () {
      for (const block of ['a', 'b', ['c', 'd']]) {
        yield block
        seen.push(run.sink.writes.at(-1)?.toString())
      }
    })
    run.pump.start()
    await run.closed
    expect(seen).toEqual(['1\r\na\r\n', '1\r\nb\r\n', '2\r\ncd\r\n'])
    expect(run.sink.writes).toHaveLength(3)
  })

  it('turn puts the blocks of a turn into one frame', async () => {
    const run = startPump(['a', 'b', ['c', 'd']], { delivery: 'turn' })
    await run.closed
    expect(run.sink.writes.map(String)).toEqual(['4\r\nabcd\r\n'])
  })

  it('G1: turn writes what it has when the source makes it wait, before the event loop goes on', async () => {
    const gate = new Gate()
    const run = startPump(gate, { delivery: 'turn' })
    gate.open('a')
    await gate.whenAsked(2)
    expect(run.sink.writes).toEqual([])
    await new Promise<void>((resolve) => process.nextTick(resolve))
    expect(run.sink.text).toBe('1\r\na\r\n')
  })

  it.each(['block', 'turn'] as const)('flush pushes out what waits, delivery %s', async (delivery) => {
    const run = startPump(['a', flush, 'b', ['c', flush, 'd']], { delivery })
    await run.closed
    const expected = { block: ['a', 'b', 'c', 'd'], turn: ['a', 'bc', 'd'] }
    expect(parseChunks(run.sink.bytes).chunks.map(String)).toEqual(expected[delivery])
  })

  it.each(['block', 'turn'] as const)(
    'reads back equal through another parser, delivery %s',
    async (delivery) => {
      const text = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 5 }),
        fc.constantFrom('\ud83d', '\ude00', ''),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(text), fc.boolean(), async (texts, isAsync) => {
          const run = startPump(isAsync ? later(texts) : texts, { delivery })
          const { outcome } = await run.closed
          const { data } = parseChunks(run.sink.bytes)
          expect(data.equals(Buffer.from(texts.join('')))).toBe(true)
          expect(outcome).toEqual({
            kind: 'complete',
            bytes: data.length,
            blocks: texts.filter(Boolean).length,
          })
        }),
      )
    },
  )

  it('gives the event loop to others when a source that never waits has had it for 5 ms', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => clock)
    let given = 0
    const run = startPump(function* () {
      for (; given < 100; given++, clock++) yield 'a'
    })
    expect(given).toBeLessThan(40)
    await run.closed
    expect(given).toBe(100)
  })
})

describe('back-pressure', () => {
  it.each(['block', 'turn'] as const)(
    'G2: asks for nothing while anything is held, delivery %s',
    async (delivery) => {
      const asked = vi.fn<() => void>()
      const { sink, closed } = startPump(
        function* () {
          for (const block of ['x'.repeat(20_000), 'y'.repeat(20_000)]) {
            asked()
            yield block
          }
        },
        { delivery, holds: true },
      )
      await settle()
      expect([asked.mock.calls.length, sink.count('whenFree')]).toEqual([1, 1])
      sink.free()
      await settle()
      expect([asked.mock.calls.length, sink.count('whenFree')]).toEqual([2, 2])
      sink.free()
      await settle()
      expect(sink.count('end')).toBe(1)
      expect((await closed).outcome.kind).toBe('complete')
    },
  )

  it('tells that a reply is complete only when its last frame has left', async () => {
    const run = startPump(['a'], { delivery: 'turn', holds: true })
    await settle()
    expect(run.sink.count('end')).toBe(1)
    expect(run.closings).toEqual([])
    run.sink.free()
    expect((await run.closed).outcome.kind).toBe('complete')
  })

  it('keeps what is held as it was handed over while other replies are sent', async () => {
    const run = startPump(['first'], { delivery: 'turn', holds: true })
    await settle()
    await startPump(['second'], { delivery: 'turn' }).closed
    run.sink.free()
    expect(String(parseChunks(run.sink.bytes).data)).toBe('first')
  })
})

describe('abort', () => {
  it('G10: aborts the transport, and the signal of the body with the reason', async () => {
    const gate = new Gate()
    const run = startPump(gate)
    const { signal } = run.blocks
    await gate.whenAsked(1)
    const gone = new ClientGone()
    run.pump.abort(gone)
    expect((await run.closed).outcome).toEqual({ kind: 'client-gone', error: gone, bytes: 0, blocks: 0 })
    expect(run.sink.aborted).toBe(gone)
    expect(signal.reason).toBe(gone)
    expect(gate.closed).toBe(1)
  })

  it('G10: drops a block that comes after it [DJG-023]', async () => {
    const late = Promise.withResolvers<IteratorResult<string>>()
    const run = startPump({ [Symbol.asyncIterator]: () => ({ next: () => late.promise }) })
    run.pump.abort(new ClientGone())
    late.resolve({ done: false, value: 'a' })
    await run.closed
    await settle()
    expect(run.sink.calls).toEqual(['abort'])
  })

  it('G5: does not wait longer than three seconds for a parked source', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const dispose = vi.fn<() => void>()
    const parked = (async function* () {
      await new Promise(() => {})
    })()
    const run = startPump({ [Symbol.asyncIterator]: () => parked, close: dispose })
    run.pump.abort(new ClientGone())
    await vi.advanceTimersByTimeAsync(2999)
    expect(run.closings).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect((await run.closed).errors).toHaveLength(1)
    expect(dispose).toHaveBeenCalledOnce()
  })

  it('G5: from inside of the source closes it when it has given its block', async () => {
    const closed = vi.fn<() => void>()
    const blocks = new Blocks(function* () {
      try {
        yield 'a'
        gone.abort()
        yield 'b'
      } finally {
        closed()
      }
    })
    const gone = new AbortController()
    const gate = Promise.withResolvers<void>()
    blocks.onClose(() => gate.resolve())
    const run = startPump(blocks, { holds: true })
    gone.signal.addEventListener('abort', () => run.pump.abort(new ClientGone()))
    run.sink.free()
    await gate.promise
    expect((await run.closed).outcome).toMatchObject({ kind: 'client-gone', blocks: 1 })
    expect(closed).toHaveBeenCalledOnce()
    expect(run.sink.text).toBe('1\r\na\r\n')
  })

  it('changes nothing once the last byte has left', async () => {
    const gate = Promise.withResolvers<void>()
    const run = startPump({
      *[Symbol.iterator]() {
        yield 'a'
      },
      close: () => gate.promise,
    })
    await settle()
    run.pump.abort(new ClientGone())
    gate.resolve()
    expect((await run.closed).outcome.kind).toBe('complete')
    expect(run.sink.count('abort')).toBe(0)
  })

  it('G14: tells a shutdown from a client that has left', async () => {
    const run = startPump(new Gate())
    run.pump.abort(new ShuttingDown('The server is closing'))
    expect((await run.closed).outcome.kind).toBe('shutdown')
  })
})

describe('context', () => {
  it.each(['block', 'turn'] as const)(
    'G9: is there in every step of a body, delivery %s',
    async (delivery) => {
      const storage = new AsyncLocalStorage<string>()
      const seen: string[] = []
      const see = (where: string) => void seen.push(`${where} ${storage.getStore()}`)
      const source = async function* () {
        try {
          see('start')
          yield 'x'.repeat(20_000)
          see('block')
          await settle()
          yield 'b'
          see('end')
        } finally {
          see('finally')
        }
      }
      const blocks = storage.run('inside', () => new Blocks(source))
      blocks.onClose(() => see('closer'))
      const run = storage.run('outside', () =>
        startPump(blocks, { delivery, holds: true, closed: () => see('closed') }),
      )
      for (let step = 0; step < 3; step++) {
        await storage.run('client', settle)
        storage.run('client', () => run.sink.free())
        await settle()
      }
      await run.closed
      const steps = ['start', 'block', 'end', 'finally', 'closer', 'closed']
      expect(seen).toEqual(steps.map((step) => `${step} inside`))
    },
  )

  it('G9: is there in return() when the client leaves', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const blocks = storage.run('inside', () => {
      return new Blocks(async function* () {
        try {
          yield 'a'
          yield 'b'
        } finally {
          seen.push(storage.getStore())
        }
      })
    })
    const run = startPump(blocks, { holds: true })
    await settle()
    storage.run('outside', () => run.pump.abort(new ClientGone()))
    await run.closed
    expect(seen).toEqual(['inside'])
  })
})

function* failing(...blocks: unknown[]): Generator<unknown> {
  yield* blocks
  throw error
}

async function* later(blocks: readonly string[]): AsyncGenerator<string> {
  yield* blocks
}
