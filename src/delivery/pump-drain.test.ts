import { describe, expect, it } from 'vitest'
import type { BlockReader, ReaderSource, Step } from '../body/source.ts'
import { Gate } from '../../test/support/gate.ts'
import { PumpRun, settle, startPump } from '../../test/support/start-pump.ts'
import { Draining, ShuttingDown } from './errors.ts'

const bye = () => 'bye'

describe('Pump.drain', () => {
  it('ends a parked source with the last block, and closes it with a reason', async () => {
    const gate = new Gate()
    let signal: AbortSignal | undefined
    const run = startPump((init: { signal: AbortSignal }) => {
      ;({ signal } = init)
      return gate
    })
    gate.open('one')
    await gate.whenAsked(2)
    run.pump.drain(bye)
    const { outcome, errors } = await run.closed
    expect(outcome).toEqual({ kind: 'complete', isDrained: true, bytes: 6, blocks: 2 })
    expect([errors, gate.closed]).toEqual([[], 1])
    expect(signal?.reason).toBeInstanceOf(Draining)
    expect(run.sink.text).toBe('3\r\none\r\n3\r\nbye\r\n')
    // What comes late is not sent.
    gate.open('late')
    await settle()
    expect(run.sink.count('end')).toBe(1)
    expect(run.sink.text).not.toContain('late')
  })

  it('asks once, and goes on where there is no last block', async () => {
    const gate = new Gate()
    const run = startPump(gate)
    gate.open('one')
    await gate.whenAsked(2)
    let asked = 0
    run.pump.drain(() => void asked++)
    gate.open('two')
    await gate.whenAsked(3)
    gate.end()
    const { outcome } = await run.closed
    expect(outcome).toEqual({ kind: 'complete', bytes: 6, blocks: 2 })
    expect(asked).toBe(1)
  })

  it('may end with nothing more', async () => {
    const gate = new Gate()
    const run = startPump(gate)
    gate.open('one')
    await gate.whenAsked(2)
    run.pump.drain(() => '')
    expect((await run.closed).outcome).toEqual({ kind: 'complete', isDrained: true, bytes: 3, blocks: 1 })
  })

  it('waits until the head is out: the first block may still be an error', async () => {
    const gate = new Gate()
    const run = startPump(gate)
    await gate.whenAsked(1)
    run.pump.drain(bye)
    await settle()
    expect(run.sink.calls).toEqual([])
    gate.open('one')
    expect((await run.closed).outcome).toMatchObject({ isDrained: true, bytes: 6 })
  })

  it('waits until a character is whole', async () => {
    const gate = new Gate()
    const run = startPump(gate)
    gate.open('one\ud83d')
    await gate.whenAsked(2)
    run.pump.drain(bye)
    await settle()
    expect(run.sink.count('end')).toBe(0)
    gate.open('\ude00')
    await run.closed
    expect(run.sink.text).toContain('😀')
    expect(run.sink.text).toContain('bye')
  })

  it('lets a body of an announced length go on', async () => {
    const gate = new Gate()
    const run = startPump(gate, { framing: { kind: 'length', bytes: 6 } })
    gate.open('one')
    await gate.whenAsked(2)
    run.pump.drain(bye)
    gate.open('two')
    expect((await run.closed).outcome).toEqual({ kind: 'complete', bytes: 6, blocks: 2 })
  })

  it('does not wait for a client that does not read', async () => {
    let asked = 0
    function* blocks() {
      for (;;) {
        asked++
        yield 'one'
      }
    }
    const run = startPump(blocks, { holds: true })
    expect(asked).toBe(1)
    run.pump.drain(bye)
    await settle()
    expect(run.closings).toEqual([])
    run.sink.free()
    expect((await run.closed).outcome).toMatchObject({ kind: 'complete', isDrained: true, bytes: 6 })
    expect(asked).toBe(1)
  })

  it('is aborted as any other where the client never reads', async () => {
    const gate = new Gate()
    const run = startPump(gate, { holds: true })
    gate.open('one')
    await run.sink.when('write')
    run.pump.drain(bye)
    run.pump.abort(new ShuttingDown('Cannot finish the reply: the server is closing'))
    expect((await run.closed).outcome).toMatchObject({ kind: 'shutdown', bytes: 6 })
  })

  it('ends a busy source between two turns, by the turn too', async () => {
    for (const delivery of ['block', 'turn'] as const) {
      function* blocks() {
        for (;;) yield 'one;'
      }
      const run = startPump(blocks, { delivery })
      run.pump.drain(bye)
      const { outcome } = await run.closed
      expect(outcome).toMatchObject({ kind: 'complete', isDrained: true })
      expect(run.sink.text.endsWith('3\r\nbye\r\n') || run.sink.text.includes('one;bye')).toBe(true)
    }
  })

  it('does not end a source from inside its own block', async () => {
    const run: PumpRun = new PumpRun(function* () {
      yield 'one'
      run.pump.drain(bye)
      yield 'two'
      for (;;) yield 'more'
    })
    run.pump.start()
    const { outcome, errors } = await run.closed
    expect([outcome.kind, outcome.isDrained, errors]).toEqual(['complete', true, []])
    expect(run.sink.text).toContain('two')
  })

  it('fails the reply where the last block is none', async () => {
    const gate = new Gate()
    const run = startPump(gate)
    gate.open('one')
    await gate.whenAsked(2)
    const [wrong] = JSON.parse('[7]')
    run.pump.drain(() => wrong)
    expect((await run.closed).outcome).toMatchObject({ kind: 'failed', error: expect.any(TypeError) })
  })

  it('lets a source give its last block itself', async () => {
    class Own implements ReaderSource, BlockReader {
      #asked: PromiseWithResolvers<Step> | undefined
      #ready: Step[] = [{ done: false, value: 'one' }]
      openReader = () => this
      close = async () => {}
      next(): Step | Promise<Step> {
        const step = this.#ready.shift()
        if (step) return step
        this.#asked = Promise.withResolvers()
        return this.#asked.promise
      }
      endWith(block: unknown): undefined {
        this.#ready.push({ done: true, value: undefined })
        this.#asked?.resolve({ done: false, value: `<${String(block)}>` })
      }
    }
    const run = startPump(new Own())
    await settle()
    run.pump.drain(bye)
    expect((await run.closed).outcome).toEqual({ kind: 'complete', isDrained: true, bytes: 8, blocks: 2 })
    expect(run.sink.text).toContain('<bye>')
  })
})
