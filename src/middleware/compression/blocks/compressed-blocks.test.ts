import { gunzipSync, constants } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { Gate } from '../../../../test/support/gate.ts'
import { type Block, flush } from '../../../body/block.ts'
import { toBlocks } from '../../../body/blocks.ts'
import type { Step } from '../../../body/source.ts'
import { CompressedBlocks, type CompressionPlan } from './compressed-blocks.ts'
import { Compressor } from './compressor.ts'

function open(body: Parameters<typeof toBlocks>[0], more: Partial<CompressionPlan> = {}): CompressedBlocks {
  return new CompressedBlocks({
    blocks: toBlocks(body),
    delivery: 'turn',
    isCommitted: false,
    heartbeat: undefined,
    onError: undefined,
    begin: () => new Compressor('gzip'),
    report: () => {},
    ...more,
  })
}

// What was given so far, decoded as far as it goes.
function decode(steps: readonly Step[]): string {
  const pieces = steps
    .flatMap(({ value }) => value)
    .filter((value): value is Uint8Array => value instanceof Uint8Array)
  return gunzipSync(Buffer.concat(pieces), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
}

async function readAll(reader: CompressedBlocks): Promise<Step[]> {
  const steps: Step[] = []
  for (let step = await reader.next(); !step.done; step = await reader.next()) steps.push(step)
  return steps
}

it('CompressedBlocks tells its source while it is at work, to the end', async () => {
  const body = toBlocks(['a', 'b'])
  const leavesAfter = vi.spyOn(body, 'leavesAfter')
  const reader = open(body, { delivery: 'block' })
  await readAll(reader)
  expect(leavesAfter).toHaveBeenCalledTimes(3)
  for (const [work] of leavesAfter.mock.calls) expect(await work).toBeInstanceOf(Uint8Array)
})

async function* later(blocks: readonly Block[]) {
  yield* blocks
}

describe('CompressedBlocks', () => {
  const records = Array.from({ length: 500 }, (_, index) => `{"id":${index},"name":"record"}\n`)

  it.each([
    ['a list', records],
    ['a generator', records.values()],
    ['an async generator', later(records)],
  ])('by the turn, compresses together what %s has ready', async (_, source) => {
    const steps = await readAll(open(source))
    expect(decode(steps)).toBe(records.join(''))
    expect(steps.length).toBeLessThanOrEqual(20)
  })

  it('by the turn, compresses to much less than block by block', async () => {
    const sizeOf = async (delivery: 'turn' | 'block') => {
      const steps = await readAll(open(later(records), { delivery }))
      return steps.reduce((size, { value }) => size + (value instanceof Uint8Array ? value.byteLength : 0), 0)
    }
    expect((await sizeOf('turn')) * 2).toBeLessThan(await sizeOf('block'))
  })

  it('by the turn, copies bytes that the source fills again', async () => {
    const memory = Buffer.alloc(1)
    const refilling = function* () {
      for (const letter of 'abc') {
        memory.write(letter)
        yield memory
      }
    }
    expect(decode(await readAll(open(refilling)))).toBe('abc')
  })

  it('G11: block by block, gives one for each before it asks for the next', async () => {
    const gate = new Gate()
    const reader = open(gate, { delivery: 'block' })
    const steps: Step[] = []
    for (const [index, block] of ['one', 'two', ['three', ['four']]].entries()) {
      const step = reader.next()
      gate.open(block)
      steps.push(await step)
      expect(gate.asked).toBe(index + 1)
    }
    expect(decode(steps)).toBe('onetwothreefour')
    expect(steps).toHaveLength(3)
    reader.return(undefined)
  })

  it('G2: asks for nothing while nobody asks', async () => {
    const gate = new Gate()
    const reader = open(gate)
    const step = reader.next()
    gate.open('one')
    await step
    const { asked } = gate
    await new Promise((resolve) => setImmediate(resolve))
    expect(gate.asked).toBe(asked)
    reader.return(undefined)
  })

  it('by the turn, gives what there is when the source is silent, and bounds what it gathers', async () => {
    const gate = new Gate()
    const reader = open(gate)
    gate.open('one')
    expect(decode([await reader.next()])).toBe('one')
    reader.return(undefined)
    const endless = vi.fn(function* () {
      for (;;) yield 'x'.repeat(1000)
    })
    const long = open(endless)
    const step = await long.next()
    expect(decode([step]).length).toBeLessThanOrEqual(66_000)
    long.return(undefined)
  })

  it('G11: passes on flush, with what is before it', async () => {
    const reader = open([flush, 'a', flush, '', 'b'])
    expect(await reader.next()).toEqual({ done: false, value: flush })
    expect(await reader.next()).toEqual({ done: false, value: [expect.any(Uint8Array), flush] })
    await readAll(reader)
    const strict = open(['', flush], { delivery: 'block' })
    expect([(await strict.next()).value, (await strict.next()).value]).toEqual(['', flush])
  })

  it('joins a character that is split between two blocks', async () => {
    for (const delivery of ['block', 'turn'] as const) {
      expect(decode(await readAll(open(later(['a\ud83d', '\ude00b\ud83d']), { delivery })))).toBe(
        'a😀b\ufffd',
      )
    }
  })

  it('gives the bytes as they are where there is no compressor', async () => {
    const begin = vi.fn(() => undefined)
    const steps = await readAll(open(['', Buffer.from('a'), 'b'], { delivery: 'block', begin }))
    expect(
      Buffer.concat(
        steps.map(({ value }) => (value instanceof Uint8Array ? value : Buffer.from(String(value)))),
      ).toString(),
    ).toBe('ab')
    expect(begin).toHaveBeenCalledExactlyOnceWith('bytes', false)
  })

  it('tells of an empty body, and of a head that has gone out', async () => {
    const begin = vi.fn(() => undefined)
    expect(await readAll(open([], { begin }))).toEqual([])
    expect(begin).toHaveBeenLastCalledWith('empty', false)
    await readAll(open([flush], { begin }))
    expect(begin).toHaveBeenLastCalledWith('empty', true)
    const whole = await readAll(open([], { isCommitted: true }))
    expect(
      gunzipSync(Buffer.concat(whole.flatMap(({ value }) => (value instanceof Uint8Array ? value : [])))),
    ).toEqual(Buffer.alloc(0))
  })

  it('G4: gives what came before a failure, then the last block, then fails, once', async () => {
    const error = new Error('no')
    const failing = function* () {
      yield 'a'
      yield 'b'
      throw error
    }
    const onError = vi.fn(() => '<failed>')
    const reader = open(failing, { onError })
    const steps = [await reader.next(), await reader.next()]
    expect(decode(steps)).toBe('ab<failed>')
    await expect(reader.next()).rejects.toBe(error)
    expect(onError).toHaveBeenCalledExactlyOnceWith(error)
  })

  it('G3: fails at once where nothing was given before', async () => {
    const onError = vi.fn(() => '<failed>')
    // oxlint-disable-next-line require-yield -- it fails before its first block
    const failing = function* (): Generator<Block> {
      throw new Error('no')
    }
    await expect(open(failing, { onError }).next()).rejects.toThrow('no')
    expect(onError).not.toHaveBeenCalled()
    const reader = open(
      function* () {
        yield flush
        throw new Error('no')
      },
      { onError },
    )
    expect((await reader.next()).value).toBe(flush)
    expect(decode([await reader.next()])).toBe('<failed>')
  })

  it('G4: reports what onError throws beside the failure', async () => {
    const report = vi.fn<(fault: unknown) => void>()
    const fault = new Error('worse')
    const failing = async function* () {
      yield 'a'
      throw new Error('no')
    }
    const reader = open(failing, {
      report,
      onError: () => {
        throw fault
      },
    })
    await reader.next()
    await expect(reader.next()).rejects.toThrow('no')
    expect(report).toHaveBeenCalledExactlyOnceWith(fault)
  })

  it('fails for what is no block', async () => {
    await expect(open([42]).next()).rejects.toThrow('Cannot send a block that is a number (42)')
  })

  it('G5: closes a parked source, and gives nothing any more', async () => {
    const gate = new Gate()
    const begin = vi.fn(() => new Compressor('gzip'))
    const reader = open(gate, { begin })
    const step = reader.next()
    await gate.whenAsked(1)
    reader.return(undefined)
    expect(await step).toEqual({ done: true, value: undefined })
    expect(gate.closed).toBe(1)
    expect(begin).not.toHaveBeenCalled()
  })
})

describe('CompressedBlocks.endWith', () => {
  const decodeWhole = (steps: readonly Step[]) =>
    gunzipSync(
      Buffer.concat(steps.flatMap(({ value }) => (value instanceof Uint8Array ? [value] : []))),
    ).toString()

  it('gives the block itself, and the end of the encoding, while the source is parked', async () => {
    const gate = new Gate()
    const reader = open(gate, { delivery: 'block' })
    gate.open('one,')
    const first = await reader.next()
    const rest = readAll(reader)
    await gate.whenAsked(2)
    expect(reader.endWith('bye')).toBeUndefined()
    expect(decodeWhole([first, ...(await rest)])).toBe('one,bye')
    expect(gate.closed).toBe(1)
  })

  it('has a body that is compressed already inside of it end by itself', async () => {
    const gate = new Gate()
    const inner = open(gate, { delivery: 'block' })
    const reader = open({ openReader: () => inner, close: async () => {} }, { delivery: 'block' })
    gate.open('one,')
    const steps = [await reader.next()]
    const rest = readAll(reader)
    await gate.whenAsked(2)
    expect(reader.endWith('bye')).toBeUndefined()
    steps.push(...(await rest))
    const outer = Buffer.concat(steps.flatMap(({ value }) => (value instanceof Uint8Array ? [value] : [])))
    expect(gunzipSync(gunzipSync(outer)).toString()).toBe('one,bye')
  })

  it('changes nothing where the body has come to its end', async () => {
    const reader = open(['one'])
    const steps = await readAll(reader)
    expect(reader.endWith('bye')).toBeUndefined()
    expect(decodeWhole(steps)).toBe('one')
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })
})
