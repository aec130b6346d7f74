import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  bytesOf,
  ID,
  openThreadSink,
  type OpenedSink,
  typesOf,
} from '../../../test/support/set-up-thread-sink.ts'
import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import { LARGE } from '../../delivery/slab.ts'
import { parseFields, toTransmitter } from './records.ts'
import { CREDIT, ThreadSink } from './thread-sink.ts'

const PIECE = 65_536
const { data, piece, end, abort } = toTransmitter

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

// A sink as it is when nothing more may be on its way; what is in the ring by then is given too.
function exhaust(opened: OpenedSink): Buffer {
  const block = Buffer.alloc(LARGE, 'x')
  while (!opened.sink.held) opened.sink.putBytes(block)
  return bytesOf(opened.readAll())
}

describe('ThreadSink, when its credit is used up', () => {
  it('G2: holds, and puts nothing more into the ring', () => {
    const opened = openThreadSink()
    const bytes = exhaust(opened)
    expect(bytes.byteLength).toBeGreaterThanOrEqual(CREDIT)
    expect(bytes.byteLength).toBeLessThan(CREDIT + LARGE + 8)
    opened.sink.write(Buffer.from('waits'))
    expect(opened.sink.held).toBe(true)
    expect(opened.readAll()).toEqual([])
    opened.sink.onCredit(bytes.byteLength)
    expect(String(bytesOf(opened.readAll()))).toBe('waits')
    expect(opened.sink.held).toBe(false)
  })

  it('G2: gives no more of what waits than the credit that came back', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    let left = exhaust(opened).byteLength
    sink.write(Buffer.alloc(3 * CREDIT, 'y'))
    let size = 0
    while (sink.held) {
      sink.onCredit(left)
      left = bytesOf(readAll()).byteLength
      expect(left).toBeLessThan(CREDIT + PIECE)
      size += left
    }
    expect(size).toBe(3 * CREDIT)
  })

  it('calls back once when half of it is back, not before, and not within the call', async () => {
    const opened = openThreadSink()
    const { sink } = opened
    const left = exhaust(opened).byteLength
    const free = vi.fn()
    sink.whenFree(free)
    sink.onCredit(left - CREDIT / 2 - 1)
    await Promise.resolve()
    expect([free.mock.calls.length, sink.held]).toEqual([0, false])
    sink.onCredit(1)
    expect(free).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(free).toHaveBeenCalledOnce()
    sink.onCredit(CREDIT / 2)
    await Promise.resolve()
    expect(free).toHaveBeenCalledOnce()
  })

  it('calls back only when what waits has gone too', async () => {
    const opened = openThreadSink()
    const { sink } = opened
    const left = exhaust(opened).byteLength
    sink.write(Buffer.alloc(CREDIT))
    const free = vi.fn()
    sink.whenFree(free)
    sink.onCredit(left)
    await Promise.resolve()
    expect([free.mock.calls.length, sink.held]).toEqual([0, true])
    sink.onCredit(CREDIT)
    await Promise.resolve()
    expect([free.mock.calls.length, sink.held]).toEqual([1, false])
  })

  it('keeps the order of a block that is put while another waits', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.write(Buffer.from('a'))
    expect(sink.putText('b\u00e9')).toBe(3)
    expect(sink.putBytes(Buffer.from('c'))).toBe(1)
    sink.onCredit(left)
    expect(String(bytesOf(readAll()))).toBe('ab\u00e9c')
  })
})

describe('ThreadSink, when the ring is full', () => {
  // Another reply has filled a ring of 64 KiB.
  function openFull(framing?: Framing): OpenedSink {
    const opened = openThreadSink(framing, 1 << 16)
    while (!opened.outlet.isFull) opened.outlet.putBytes(data, 1, Buffer.alloc(8000))
    return opened
  }

  it.each<Framing>([{ kind: 'chunked' }, { kind: 'close' }])(
    'loses nothing of a body framed by %j',
    (framing) => {
      const { sink, readAll } = openFull(framing)
      expect(sink.putText('caf\u00e9')).toBe(5)
      expect(sink.held).toBe(true)
      expect(sink.putBytes(Buffer.from('bytes'))).toBe(5)
      sink.writeAll([Buffer.from('one'), Buffer.from('two')])
      sink.end([], ['x-sum', '1'], () => {})
      const ours = readAll().filter(({ id }) => id === ID)
      expect(String(bytesOf(ours.slice(0, -1)))).toBe('caf\u00e9bytesonetwo')
      expect(ours.at(-1)?.type).toBe(end)
      expect(sink.held).toBe(false)
    },
  )

  it('calls back when there is room and everything has gone', async () => {
    const { sink, readAll } = openFull()
    sink.putText('a')
    const free = vi.fn()
    sink.whenFree(free)
    await Promise.resolve()
    expect(free).not.toHaveBeenCalled()
    readAll()
    await Promise.resolve()
    expect([free.mock.calls.length, sink.held]).toEqual([1, false])
  })

  it('sends blocks that a small ring can hold in no single record', () => {
    const { sink, readAll } = openThreadSink({ kind: 'chunked' }, 1024)
    const text = '\u20ac'.repeat(1000)
    expect(sink.putText(text)).toBe(3000)
    expect(sink.putBytes(Buffer.alloc(3000, 'b'))).toBe(3000)
    const taken = readAll()
    expect(String(bytesOf(taken))).toBe(text + 'b'.repeat(3000))
    expect(Math.max(...taken.map(({ bytes }) => bytes.byteLength))).toBe(120)
    // Within a block there are pieces alone, so that no heartbeat goes between.
    const ends = taken.flatMap(({ type }, index) => (type === data ? [index] : []))
    expect(ends).toHaveLength(2)
    expect(ends[1]).toBe(taken.length - 1)
  })

  it('keeps two replies apart, each in its order', () => {
    const { sink, outlet, readAll } = openFull()
    const other = new ThreadSink(outlet, 5)
    other.commit({ kind: 'close' })
    const texts = Array.from({ length: 50 }, (_, index) => `<${index}>`.repeat(200))
    for (const text of texts) {
      sink.write(Buffer.from(text))
      other.putText(text)
    }
    const taken = readAll()
    for (const id of [ID, 5]) {
      expect(String(bytesOf(taken.filter((one) => one.id === id)))).toBe(texts.join(''))
    }
  })
})

describe('ThreadSink at its end', () => {
  it('sends the last frames, then the end with its trailers', () => {
    const { sink, read } = openThreadSink()
    sink.end([Buffer.from('a'), Buffer.from('b')], ['x-sum', '1', 'x-none', ''], () => {})
    const taken = read()
    expect(typesOf(taken)).toEqual([piece, data, end])
    expect(parseFields(taken.at(-1)?.bytes.toString('latin1') ?? '')).toEqual(['x-sum', '1', 'x-none', ''])
  })

  it('sends the end after all that waits for credit', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.end([Buffer.alloc(CREDIT + 1)], [], () => {})
    expect(readAll()).toEqual([])
    sink.onCredit(left)
    const taken = readAll()
    expect(taken.at(-1)?.type).not.toBe(end)
    sink.onCredit(bytesOf(taken).byteLength)
    const rest = [...taken, ...readAll()]
    expect(bytesOf(rest).byteLength).toBe(CREDIT + 1)
    expect(typesOf(rest).indexOf(end)).toBe(rest.length - 1)
  })

  it('calls back once when everything has left, with the bytes of the heartbeats', () => {
    const { sink } = openThreadSink()
    sink.beat({ every: 10, frame: Buffer.from('2\r\n:\n\r\n'), size: 2 })
    const ended = vi.fn()
    sink.end([], [], ended)
    expect(ended).not.toHaveBeenCalled()
    sink.onEnded(3)
    sink.onEnded(3)
    expect(ended.mock.calls).toEqual([[6]])
  })

  it('calls back with 0 where there were no heartbeats', () => {
    const { sink } = openThreadSink()
    const ended = vi.fn()
    sink.end([], [], ended)
    sink.onEnded(0)
    expect(ended.mock.calls).toEqual([[0]])
  })
})

describe('ThreadSink, broken off', () => {
  const failure = new Error('failed')

  it.each([new ClientGone(), new ShuttingDown('closing')])('by %s at once, without what waits', (reason) => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.write(Buffer.from('never'))
    sink.abort(reason)
    const taken = readAll()
    expect([typesOf(taken), String(bytesOf(taken))]).toEqual([[abort], 'now'])
    sink.onCredit(left)
    sink.write(Buffer.from('neither'))
    expect([readAll(), sink.held]).toEqual([[], true])
  })

  it('G4: by a failure after what it was given, and never with an end', () => {
    const { sink, readAll } = openThreadSink()
    sink.putText('a')
    sink.abort(failure)
    const taken = readAll()
    expect(typesOf(taken)).toEqual([data, abort])
    expect(String(taken.at(-1)?.bytes)).toBe('drained')
    vi.advanceTimersByTime(10_000)
    expect([readAll(), sink.held]).toEqual([[], true])
  })

  it('G4: by a failure lets what waits for credit leave first', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.write(Buffer.from('last words'))
    sink.abort(failure)
    expect(readAll()).toEqual([])
    sink.onCredit(left)
    const taken = readAll()
    expect([typesOf(taken), String(bytesOf(taken))]).toEqual([[data, abort], 'last wordsdrained'])
  })

  it('G4: by a failure waits for a client that does not read, but not for ever', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    exhaust(opened)
    sink.write(Buffer.from('never'))
    sink.abort(failure)
    vi.advanceTimersByTime(1999)
    expect(readAll()).toEqual([])
    vi.advanceTimersByTime(1)
    const taken = readAll()
    expect([typesOf(taken), String(bytesOf(taken))]).toEqual([[abort], 'now'])
  })

  it('by a departure while a failure waits is broken off once', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    exhaust(opened)
    sink.write(Buffer.from('never'))
    sink.abort(failure)
    sink.abort(new ClientGone())
    vi.advanceTimersByTime(10_000)
    expect(bytesOf(readAll()).toString()).toBe('now')
  })

  it('by a departure after its end, while it waits, never ends', () => {
    const opened = openThreadSink()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.end([Buffer.from('never')], [], () => {})
    sink.abort(new ClientGone())
    sink.onCredit(left)
    expect(typesOf(readAll())).toEqual([abort])
  })

  it('tells nothing of a failure while it waits for room, once the client is gone', () => {
    const { sink, outlet, readAll } = openThreadSink({ kind: 'chunked' }, 1 << 16)
    while (!outlet.isFull) outlet.putBytes(data, 1, Buffer.alloc(8000))
    sink.putText('a')
    sink.abort(failure)
    sink.onGone()
    vi.advanceTimersByTime(10_000)
    expect(readAll().filter(({ id }) => id === ID)).toEqual([])
    expect(sink.held).toBe(true)
  })

  it('does not call back that it is free', async () => {
    const opened = openThreadSink()
    const { sink } = opened
    const left = exhaust(opened).byteLength
    const free = vi.fn()
    sink.whenFree(free)
    sink.onGone()
    sink.onCredit(left)
    await Promise.resolve()
    expect(free).not.toHaveBeenCalled()
  })
})
