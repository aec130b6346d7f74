import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { parseChunks } from '../../test/support/parse-chunks.ts'
import { type PumpRun, settle, startPump } from '../../test/support/start-pump.ts'
import { ClientGone } from './errors.ts'

const heartbeat = { every: 1000, block: ':\n' }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

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
    const run = startPump(gate, { delivery, heartbeat })
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
    const run = startPump(gate, { delivery, heartbeat, commit: 'now' })
    vi.advanceTimersByTime(1000)
    expect(sent(run)).toBe(':\n')
  })

  it('is not sent while blocks come', async () => {
    const gate = new Gate()
    const run = startPump(gate, { delivery, heartbeat })
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
    const run = startPump(
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
    const run = startPump(gate, { delivery, heartbeat })
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
    const run = startPump(gate, { delivery, heartbeat })
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
    const run = startPump(gate, { delivery, heartbeat, framing: { kind: 'length', bytes: 9 } })
    await gate.whenAsked(1)
    await open(gate, 'a')
    vi.advanceTimersByTime(5000)
    expect(run.sink.text).toBe('a')
  })

  it('leaves no timer when the reply is over', async () => {
    for (const end of ['end', 'fail', 'leave']) {
      const gate = new Gate()
      const run = startPump(gate, { delivery, heartbeat })
      await gate.whenAsked(1)
      await open(gate, 'a')
      if (end === 'end') gate.end()
      if (end === 'fail') gate.fail(new Error('no more rows'))
      if (end === 'leave') run.pump.abort(new ClientGone())
      await run.closed
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})
