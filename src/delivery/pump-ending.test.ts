import { describe, expect, it, vi } from 'vitest'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { PumpRun, startPump } from '../../test/support/start-pump.ts'
import { type Block, flush } from '../body/block.ts'

const error = new Error('no more rows')

describe('failure', () => {
  it('G4: after the head aborts, with all that was given before, and without an end', async () => {
    for (const delivery of ['block', 'turn'] as const) {
      const run = startPump(failing('a', 'b'), { delivery })
      expect((await run.closed).outcome).toEqual({ kind: 'failed', error, bytes: 2, blocks: 2 })
      expect(String(parseChunks(run.sink.bytes).data)).toBe('ab')
      expect(run.sink.aborted).toBe(error)
      expect(run.sink.calls.at(-1)).toBe('abort')
      expect(run.sink.count('end')).toBe(0)
    }
  })

  it('G4: lets onError add a last block, and aborts all the same', async () => {
    const onError = vi.fn<(given: unknown) => Block>(() => ['\n', 'error'])
    const run = startPump(failing('a'), { onError })
    await run.closed
    expect(onError).toHaveBeenCalledExactlyOnceWith(error)
    expect(String(parseChunks(run.sink.bytes).data)).toBe('a\nerror')
    expect(run.sink.calls.at(-1)).toBe('abort')
  })

  it('G4: fails with the first error when onError gives nothing, throws, or gives no block', async () => {
    const bad = vi.fn<() => Block>()
    for (const onError of [() => undefined, fail, bad.mockReturnValue(Object.create(null))]) {
      const run = startPump(failing('a'), { onError })
      expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error })
      expect(run.sink.text).toBe('1\r\na\r\n')
      expect(run.sink.aborted).toBe(error)
    }
  })

  it('G4: asks onError for nothing before the head, nor where a length is promised', async () => {
    const onError = vi.fn<() => Block>(() => 'error')
    await startPump(failing(), { onError }).closed
    await startPump(failing('a'), { onError, framing: { kind: 'length', bytes: 9 } }).closed
    expect(onError).not.toHaveBeenCalled()
  })

  it('G4: a value that is no block fails the reply where it stands', async () => {
    const run = startPump(['a', 1, 'b'])
    expect((await run.closed).outcome).toMatchObject({
      kind: 'failed',
      error: expect.any(TypeError),
      bytes: 1,
    })
    expect(run.sink.text).toBe('1\r\na\r\n')
  })

  it('G4: gives the transport an error even where something else was thrown', async () => {
    const run = startPump(function* () {
      yield 'a'
      throw 'text'
    })
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error: 'text' })
    expect(run.sink.aborted).toBeInstanceOf(Error)
  })

  it('G5: tells all that the closers threw', async () => {
    const run = new PumpRun({ *[Symbol.iterator]() {}, close: fail })
    run.blocks.onClose(() => Promise.reject(new Error('two')))
    run.pump.start()
    expect(await run.closed).toMatchObject({
      outcome: { kind: 'complete' },
      errors: [error, new Error('two')],
    })
  })
})

describe('a promised length', () => {
  it('G6: ends when it is reached, and asks for nothing after that', async () => {
    const asked = vi.fn<() => void>()
    const run = startPump(
      function* () {
        for (;;) {
          asked()
          yield 'ab'
        }
      },
      { framing: { kind: 'length', bytes: 4 } },
    )
    expect((await run.closed).outcome).toEqual({ kind: 'complete', bytes: 4, blocks: 2 })
    expect(asked).toHaveBeenCalledTimes(2)
    expect(run.sink.text).toBe('abab')
  })

  it.each(['block', 'turn'] as const)('G6: sends no excess, and fails, delivery %s', async (delivery) => {
    const run = startPump(['ab', 'cd'], { framing: { kind: 'length', bytes: 3 }, delivery })
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error: { code: 'G6' }, bytes: 3 })
    expect(run.sink.text).toBe('abc')
    expect(run.sink.count('end')).toBe(0)
  })

  it.each(['block', 'turn'] as const)(
    'G6: aborts a body that is too short, delivery %s',
    async (delivery) => {
      const run = startPump(['ab'], { framing: { kind: 'length', bytes: 3 }, delivery })
      expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error: { code: 'G6' }, bytes: 2 })
      expect(run.sink.text).toBe('ab')
      expect(run.sink.calls.at(-1)).toBe('abort')
    },
  )

  it('G7: of 0, and no body at all, end at once without a byte', async () => {
    for (const framing of [{ kind: 'length', bytes: 0 }, { kind: 'none' }] as const) {
      const run = startPump(['', flush, 'abc'], { framing })
      expect((await run.closed).outcome).toEqual({ kind: 'complete', bytes: 0, blocks: 0 })
      expect(run.sink.calls).toEqual(['frame', 'commit', 'end'])
      expect(run.sink.bytes).toHaveLength(0)
    }
  })
})

describe('trailers', () => {
  it('are asked for after the last block and handed over with the end', async () => {
    let sum = 0
    const run = startPump(
      function* () {
        for (; sum < 3; sum++) yield 'a'
      },
      { trailers: () => ['sum', String(sum)] },
    )
    await run.closed
    expect(run.sink.trailers).toEqual(['sum', '3'])
  })

  it('G4: that cannot be made fail the reply', async () => {
    const run = startPump(['a'], { trailers: fail })
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error })
    expect(run.sink.calls.at(-1)).toBe('abort')
  })

  it('are not asked for when the body fails', async () => {
    const trailers = vi.fn<() => string[]>(() => [])
    await startPump(failing('a'), { trailers }).closed
    expect(trailers).not.toHaveBeenCalled()
  })
})

function* failing(...blocks: unknown[]): Generator<unknown> {
  yield* blocks
  throw error
}

function fail(): never {
  throw error
}
