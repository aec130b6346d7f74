import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { type PumpRun, type PumpRunOptions, settle, startPump } from '../../test/support/start-pump.ts'
import { ClientGone } from './errors.ts'

const heartbeat = { every: 1000, block: ':\n' }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

// All replies of a period have one timer, which must not outlive a test.
function start(body: unknown, options: PumpRunOptions): PumpRun {
  const run = startPump(body, options)
  onTestFinished(() => run.pump.abort(new ClientGone()))
  return run
}

function sent({ sink }: PumpRun): string {
  return parseChunks(sink.bytes).chunks.map(String).join('|')
}

async function open(gate: Gate, block: string): Promise<void> {
  gate.open(block)
  await gate.whenAsked(gate.asked + 1)
  await settle()
}

describe.each(['block', 'turn'] as const)('heartbeat, delivery %s', (delivery) => {
  it('is sent after each silence of that length, from the first block on', async () => {
    const gate = new Gate()
    const run = start(gate, { delivery, heartbeat })
    await gate.whenAsked(1)
    vi.advanceTimersByTime(5000)
    expect(run.sink.calls).toEqual([])
    await open(gate, 'a')
    vi.advanceTimersByTime(999)
    expect(sent(run)).toBe('a')
    vi.advanceTimersByTime(1)
    expect(sent(run)).toBe('a|:\n')
    vi.advanceTimersByTime(2000)
    expect(sent(run)).toBe('a|:\n|:\n|:\n')
  })

  it('begins with a head that goes out at once', async () => {
    const gate = new Gate()
    const run = start(gate, { delivery, heartbeat, commit: 'now' })
    vi.advanceTimersByTime(1000)
    expect(sent(run)).toBe(':\n')
  })

  it('is not sent while blocks come', async () => {
    const gate = new Gate()
    const run = start(gate, { delivery, heartbeat })
    await gate.whenAsked(1)
    for (const block of ['a', 'b', 'c', 'd']) {
      await open(gate, block)
      vi.advanceTimersByTime(600)
    }
    expect(sent(run)).toBe('a|b|c|d')
  })

  it('is not sent while a source that never waits gives blocks', async () => {
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => clock)
    const run = start(
      function* () {
        for (const block of 'abcdefghijklmnop') {
          yield block
          clock += 600
        }
      },
      { delivery, heartbeat },
    )
    while (run.closings.length === 0) {
      vi.advanceTimersByTime(600)
      await settle()
    }
    expect(sent(run)).not.toContain(':')
  })

  it('is not sent between the halves of a character', async () => {
    const gate = new Gate()
    const run = start(gate, { delivery, heartbeat })
    await gate.whenAsked(1)
    await open(gate, 'a\ud83d')
    vi.advanceTimersByTime(3000)
    expect(sent(run)).toBe('a')
    await open(gate, '\ude00')
    vi.advanceTimersByTime(1000)
    expect(sent(run)).toBe('a|😀|:\n')
  })

  it('is not sent while the client does not read', async () => {
    const gate = new Gate()
    const run = start(gate, { delivery, heartbeat })
    await gate.whenAsked(1)
    run.sink.holds = true
    gate.open('a')
    await settle()
    vi.advanceTimersByTime(5000)
    expect(sent(run)).toBe('a')
    run.sink.free()
    vi.advanceTimersByTime(1000)
    expect(sent(run)).toBe('a|:\n')
    vi.advanceTimersByTime(5000)
    expect(sent(run)).toBe('a|:\n')
  })

  it('is not sent where a length is promised', async () => {
    const gate = new Gate()
    const run = start(gate, { delivery, heartbeat, framing: { kind: 'length', bytes: 9 } })
    await gate.whenAsked(1)
    await open(gate, 'a')
    vi.advanceTimersByTime(5000)
    expect(run.sink.text).toBe('a')
  })

  it('leaves no timer when the reply is over', async () => {
    for (const end of ['end', 'fail', 'leave']) {
      const gate = new Gate()
      const run = start(gate, { delivery, heartbeat })
      await gate.whenAsked(1)
      await open(gate, 'a')
      if (end === 'end') gate.end()
      if (end === 'fail') gate.fail(new Error('no more rows'))
      if (end === 'leave') run.pump.abort(new ClientGone())
      await run.closed
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('leaves no timer when the client leaves while the source is asked', async () => {
    const steps = [Promise.resolve({ done: false, value: 'a' }), new Promise<never>(() => {})]
    const next = () => {
      if (steps.length === 1) run.pump.abort(new ClientGone())
      return steps.shift()
    }
    const run = start({ [Symbol.asyncIterator]: () => ({ next }) }, { delivery, heartbeat })
    await settle()
    expect([steps.length, vi.getTimerCount()]).toEqual([0, 0])
  })

  it('leaves each reply its own silence', async () => {
    const [first, second] = [new Gate(), new Gate()]
    const runs = [start(first, { delivery, heartbeat }), start(second, { delivery, heartbeat })]
    await first.whenAsked(1)
    await open(first, 'a')
    vi.advanceTimersByTime(300)
    await open(second, 'b')
    vi.advanceTimersByTime(700)
    expect(runs.map(sent)).toEqual(['a|:\n', 'b'])
    vi.advanceTimersByTime(300)
    expect(runs.map(sent)).toEqual(['a|:\n', 'b|:\n'])
    expect(vi.getTimerCount()).toBe(1)
  })

  it('G9: is sent where its body was made', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const runs = ['one', 'two'].map((name) =>
      storage.run(name, () => {
        const run = start(new Gate(), { delivery, heartbeat, commit: 'now' })
        run.sink.onWrite = () => seen.push(storage.getStore())
        return run
      }),
    )
    vi.advanceTimersByTime(1000)
    expect(runs.map(sent)).toEqual([':\n', ':\n'])
    expect(seen).toEqual(['one', 'two'])
  })
})
