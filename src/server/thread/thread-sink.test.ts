import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ClientGone, LifecycleError, ShuttingDown } from '../../delivery/errors.ts'
import { Framer } from '../../delivery/framer.ts'
import type { Framing } from '../../delivery/framing.ts'
import { frameLarge, LARGE, Slab } from '../../delivery/slab.ts'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import type { Head } from '../wire.ts'
import { Outlet } from './outlet.ts'
import { parseFields, parseHead, toTransmitter } from './records.ts'
import { CREDIT, ThreadSink, type ThreadHead } from './thread-sink.ts'

const ID = 77
const PIECE = 65_536
const { head, data, piece, end, abort, beat } = toTransmitter

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

interface Taken {
  type: number
  id: number
  bytes: Buffer
}

// A sink, and the other end of its ring.
function setUp(size = 1 << 20, threadHead?: ThreadHead) {
  const memory = createRing(size)
  const wake = vi.fn<() => void>()
  const outlet = new Outlet(memory, wake)
  const reader = new RingReader(memory, () => {})
  const sink = new ThreadSink(outlet, ID, threadHead)
  // What is in the ring now.
  const read = (): Taken[] => {
    const taken: Taken[] = []
    const take = (type: number, id: number, start: number, stop: number) =>
      void taken.push({ type, id, bytes: Buffer.from(reader.bytes.subarray(start, stop)) })
    while (reader.read(take));
    return taken
  }
  // All that comes out, with the room that reading makes.
  const readAll = (): Taken[] => {
    const taken: Taken[] = []
    for (let some = read(); some.length > 0; some = read()) {
      taken.push(...some)
      outlet.retry()
    }
    return taken
  }
  return { sink, outlet, wake, reader, read, readAll }
}

type Opened = ReturnType<typeof setUp>

function open(framing: Framing = { kind: 'chunked' }, size?: number): Opened {
  const opened = setUp(size)
  opened.sink.commit(framing)
  return opened
}

function typesOf(taken: readonly Taken[]): number[] {
  return taken.map(({ type }) => type)
}

function bytesOf(taken: readonly Taken[]): Buffer {
  return Buffer.concat(taken.map(({ bytes }) => bytes))
}

// A sink as it is when nothing more may be on its way; what is in the ring by then is given too.
function exhaust(opened: Opened): Buffer {
  const block = Buffer.alloc(LARGE, 'x')
  while (!opened.sink.held) opened.sink.putBytes(block)
  return bytesOf(opened.readAll())
}

// The same text as a slab frames it.
function inSlab(text: string, chunked: boolean): Buffer {
  const slab = new Slab()
  expect(slab.putText(text)).toBe(true)
  return Buffer.from(slab.take(chunked))
}

function checkText({ sink, read }: Opened, text: string, chunked: boolean): void {
  const expected = inSlab(text, chunked)
  expect(sink.putText(text)).toBe(Buffer.byteLength(text))
  const taken = read()
  // `equals`, as the difference of two long buffers takes long to print.
  expect([typesOf(taken), bytesOf(taken).equals(expected), text.length]).toEqual([[data], true, text.length])
  sink.onCredit(expected.byteLength)
}

describe('ThreadSink, which frames in place', () => {
  const chars = ['a', '\u00e9', '\u20ac', '\u{1f600}', '\ud800', '\udc00']

  it.each(chars)('frames any number of %j as a slab does, at every border of the digits', (char) => {
    const opened = open()
    const most = Math.floor(LARGE / 3 / char.length)
    for (let count = 1; count <= most; count += count < 1400 ? 1 : 13) {
      checkText(opened, char.repeat(count), true)
    }
    checkText(opened, char.repeat(most), true)
  })

  it.each([
    ['15 units, 16 bytes', `${'a'.repeat(14)}\u00e9`, '10\r\n'],
    ['6 units, 18 bytes', '\u20ac'.repeat(6), '12\r\n'],
    ['255 units, 256 bytes', `${'a'.repeat(254)}\u00e9`, '100\r\n'],
    ['86 units, 258 bytes', '\u20ac'.repeat(86), '102\r\n'],
    ['4095 units, 4096 bytes', `${'a'.repeat(4094)}\u00e9`, '1000\r\n'],
    ['1366 units, 4098 bytes', '\u20ac'.repeat(1366), '1002\r\n'],
    ['6 units, 16 bytes: two digits more', `${'\u20ac'.repeat(5)}a`, '10\r\n'],
  ])('moves text whose size has more digits than its length: %s', (_, text, line) => {
    const { sink, read } = open()
    sink.putText(text)
    expect(String(bytesOf(read()))).toBe(`${line}${text}\r\n`)
  })

  it('frames any text as a slab does, chunked or not, wherever in the ring it falls', () => {
    const text = fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 0x10ffff }), { minLength: 1, maxLength: 80 })
        .map((points) => String.fromCodePoint(...points)),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 80 })
        .map((units) => String.fromCharCode(...units)),
    )
    const chunked = open({ kind: 'chunked' }, 16_384)
    const plain = open({ kind: 'close' }, 16_384)
    fc.assert(
      fc.property(text, (one) => {
        checkText(chunked, one, true)
        checkText(plain, one, false)
      }),
    )
  })

  it('G8: puts text without a size line where the body has a length or ends by closing', () => {
    for (const framing of [{ kind: 'close' }, { kind: 'length', bytes: 9 }] as const) {
      const { sink, read } = open(framing)
      expect(sink.putText('caf\u00e9')).toBe(5)
      expect(sink.putBytes(Buffer.from([1, 2]))).toBe(2)
      expect(bytesOf(read())).toEqual(Buffer.from([...Buffer.from('caf\u00e9'), 1, 2]))
    }
  })

  it.each([1, 15, 16, 255, 256, 4095, 4096, LARGE])('frames %i bytes as one chunk', (size) => {
    const { sink, read } = open()
    const bytes = Buffer.alloc(size, 'b')
    expect(sink.putBytes(bytes)).toBe(size)
    const taken = read()
    expect(typesOf(taken)).toEqual([data])
    expect(bytesOf(taken).equals(Buffer.concat(frameLarge(bytes, true)))).toBe(true)
  })

  it('G1: shows each block when it is put, and wakes a transmitter that sleeps', () => {
    const { sink, wake, reader, read } = open()
    for (const [index, text] of ['one', 'two'].entries()) {
      expect(reader.sleep()).toBe(true)
      sink.putText(text)
      expect(wake).toHaveBeenCalledTimes(index + 1)
      expect(String(bytesOf(read()))).toBe(`3\r\n${text}\r\n`)
    }
  })

  it('does not keep the bytes that were put: they may be changed at once', () => {
    const { sink, read } = open()
    const bytes = Buffer.from('abc')
    sink.putBytes(bytes)
    expect(sink.held).toBe(false)
    bytes.fill('x')
    expect(String(bytesOf(read()))).toBe('3\r\nabc\r\n')
  })

  it('takes part in a framer, which frames the same bytes with it as without it', () => {
    const blocks = [
      'a',
      'caf\u00e9',
      Buffer.from('bytes'),
      ['l', 'ist'],
      '\ud83d',
      '\ude00',
      'x'.repeat(LARGE + 1),
    ]
    const all = [true, false].map((isDirect) => {
      const { sink, readAll } = open()
      const framer = new Framer(sink, isDirect ? sink.direct : undefined)
      framer.begin({ kind: 'chunked' })
      const parts = blocks.map((block) => {
        framer.put(block)
        framer.flush()
        return bytesOf(readAll()).toString()
      })
      sink.end(framer.finish(), [], () => {})
      return { parts, bytes: framer.bytes, last: readAll() }
    })
    expect(all[0]).toEqual(all[1])
  })
})

describe('ThreadSink and its head', () => {
  const fields = ['x-a', 'caf\u00e9', 'x-empty', '']
  const made: Head = { status: 201, reason: 'Made', fields, framing: { kind: 'chunked' }, stays: true }

  it('sends it with the first block, in front of it', () => {
    const { sink, read } = setUp(undefined, { frame: () => made.framing, write: () => made })
    expect(sink.frame({ content: 'text', bytes: 1 })).toEqual({ kind: 'chunked' })
    sink.commit({ kind: 'chunked' })
    expect(read()).toEqual([])
    sink.putText('a')
    const [first, second] = read()
    expect([first?.type, second?.type]).toEqual([head, data])
    expect(parseHead(first?.bytes.toString('latin1') ?? '')).toEqual(made)
    expect(String(second?.bytes)).toBe('1\r\na\r\n')
  })

  it('sends it by itself at the next push', () => {
    const { sink, read } = setUp(undefined, { frame: () => made.framing, write: () => made })
    sink.commit(made.framing)
    expect(read()).toEqual([])
    sink.push()
    expect(typesOf(read())).toEqual([head])
  })

  it('sends it with the end of a body that is empty', () => {
    const { sink, read } = setUp(undefined, { frame: () => made.framing, write: () => made })
    sink.commit(made.framing)
    sink.end([], [], () => {})
    expect(typesOf(read())).toEqual([head, end])
  })

  it('lets one that is refused through, with nothing sent', () => {
    const { sink, read } = setUp(undefined, {
      frame: () => made.framing,
      write: () => {
        throw new TypeError('refused')
      },
    })
    expect(() => sink.commit(made.framing)).toThrow('refused')
    sink.push()
    expect(read()).toEqual([])
  })

  it('decides nothing after it has gone out', () => {
    const { sink } = setUp(undefined, { frame: () => made.framing, write: () => made })
    sink.commit(made.framing)
    expect(() => sink.frame({ content: 'text', bytes: 1 })).toThrow(LifecycleError)
  })

  it('keeps it in front of the body when the ring is full', () => {
    const { sink, outlet, readAll } = setUp(1024, { frame: () => made.framing, write: () => made })
    while (!outlet.isFull) outlet.putText(toTransmitter.hints, 1, 'x'.repeat(100))
    sink.commit(made.framing)
    sink.putText('a')
    sink.putText('b')
    sink.end([], [], () => {})
    const ours = readAll().filter(({ id }) => id === ID)
    expect(typesOf(ours)).toEqual([head, piece, piece, data, piece, piece, data, end])
    expect(String(bytesOf(ours.slice(1)))).toBe('1\r\na\r\n1\r\nb\r\n')
  })
})

describe('ThreadSink, when its credit is used up', () => {
  it('G2: holds, and puts nothing more into the ring', () => {
    const opened = open()
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
    const opened = open()
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
    const opened = open()
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
    const opened = open()
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
    const opened = open()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.write(Buffer.from('1\r\na\r\n'))
    expect(sink.putText('b\u00e9')).toBe(3)
    expect(sink.putBytes(Buffer.from('c'))).toBe(1)
    sink.onCredit(left)
    expect(String(bytesOf(readAll()))).toBe('1\r\na\r\n3\r\nb\u00e9\r\n1\r\nc\r\n')
  })
})

describe('ThreadSink, when the ring is full', () => {
  // Another reply has filled a ring of 64 KiB.
  function openFull(framing?: Framing): Opened {
    const opened = open(framing, 1 << 16)
    while (!opened.outlet.isFull) opened.outlet.putBytes(data, 1, Buffer.alloc(8000))
    return opened
  }

  it.each<Framing>([{ kind: 'chunked' }, { kind: 'close' }])(
    'loses nothing of a body framed by %j',
    (framing) => {
      const { sink, readAll } = openFull(framing)
      const slab = [new Slab(), new Slab()]
      expect(sink.putText('caf\u00e9')).toBe(5)
      expect(sink.held).toBe(true)
      expect(sink.putBytes(Buffer.from('bytes'))).toBe(5)
      sink.writeAll([Buffer.from('one'), Buffer.from('two')])
      sink.end([], ['x-sum', '1'], () => {})
      slab[0]?.putText('caf\u00e9')
      slab[1]?.putText('bytes')
      const frames = slab.map((one) => String(one.take(framing.kind === 'chunked')))
      const ours = readAll().filter(({ id }) => id === ID)
      expect(String(bytesOf(ours.slice(0, -1)))).toBe([...frames, 'onetwo'].join(''))
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
    const { sink, readAll } = open({ kind: 'chunked' }, 1024)
    const text = '\u20ac'.repeat(1000)
    expect(sink.putText(text)).toBe(3000)
    expect(sink.putBytes(Buffer.alloc(3000, 'b'))).toBe(3000)
    const taken = readAll()
    expect(String(bytesOf(taken))).toBe(`bb8\r\n${text}\r\nbb8\r\n${'b'.repeat(3000)}\r\n`)
    expect(Math.max(...taken.map(({ bytes }) => bytes.byteLength))).toBe(120)
    // Within a chunk there are pieces alone, so that no heartbeat goes between.
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

describe('ThreadSink with frames that are framed already', () => {
  it('sends one as it is, several as one of which only the last is whole', () => {
    const { sink, read } = open()
    sink.write(Buffer.from('abc'))
    expect(typesOf(read())).toEqual([data])
    sink.writeAll(['6\r\n', 'abcdef', '\r\n'].map((text) => Buffer.from(text)))
    const taken = read()
    expect(typesOf(taken)).toEqual([piece, piece, data])
    expect(String(bytesOf(taken))).toBe('6\r\nabcdef\r\n')
  })

  it('sends nothing for what is empty', () => {
    const { sink, read } = open()
    sink.write(new Uint8Array(0))
    sink.writeAll([])
    expect(read()).toEqual([])
  })

  it('cuts a large one into pieces, byte for byte', () => {
    const { sink, readAll } = open()
    const bytes = Buffer.alloc(200_000, 'abcdefg')
    sink.writeAll(frameLarge(bytes, true))
    const taken = readAll()
    expect(taken.map(({ type, bytes: { byteLength } }) => [type, byteLength])).toEqual([
      [piece, 7],
      [piece, PIECE],
      [piece, PIECE],
      [piece, PIECE],
      [piece, 200_000 - 3 * PIECE],
      [data, 2],
    ])
    expect(bytesOf(taken).equals(Buffer.concat(frameLarge(bytes, true)))).toBe(true)
  })

  it('lets another reply into the ring between the pieces of one that is larger than it', () => {
    const { sink, outlet, read } = open({ kind: 'close' }, 1 << 16)
    const other = new ThreadSink(outlet, 5)
    sink.write(Buffer.alloc(200_000))
    const before = read()
    other.commit({ kind: 'close' })
    other.putText('now')
    const all = [...before]
    for (let some = before; some.length > 0; some = read()) {
      if (some !== before) all.push(...some)
      outlet.retry()
    }
    expect(bytesOf(all.filter(({ id }) => id === ID)).byteLength).toBe(200_000)
    expect(String(bytesOf(all.filter(({ id }) => id === 5)))).toBe('now')
  })
})

describe('ThreadSink at its end', () => {
  it('sends the last frames, then the end with its trailers', () => {
    const { sink, read } = open()
    sink.end([Buffer.from('1\r\na\r\n'), Buffer.from('1\r\nb\r\n')], ['x-sum', '1', 'x-none', ''], () => {})
    const taken = read()
    expect(typesOf(taken)).toEqual([piece, data, end])
    expect(parseFields(taken.at(-1)?.bytes.toString('latin1') ?? '')).toEqual(['x-sum', '1', 'x-none', ''])
  })

  it('sends the end after all that waits for credit', () => {
    const opened = open()
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
    const { sink } = open()
    sink.beat({ every: 10, frame: Buffer.from('2\r\n:\n\r\n'), size: 2 })
    const ended = vi.fn()
    sink.end([], [], ended)
    expect(ended).not.toHaveBeenCalled()
    sink.onEnded(3)
    sink.onEnded(3)
    expect(ended.mock.calls).toEqual([[6]])
  })

  it('calls back with 0 where there were no heartbeats', () => {
    const { sink } = open()
    const ended = vi.fn()
    sink.end([], [], ended)
    sink.onEnded(0)
    expect(ended.mock.calls).toEqual([[0]])
  })
})

describe('ThreadSink.beat', () => {
  it('sends the time, rounded up, and the frame', () => {
    const { sink, read } = open()
    sink.beat({ every: 14.2, frame: Buffer.from('2\r\n:\n\r\n'), size: 2 })
    const [taken] = read()
    expect([taken?.type, taken?.bytes.readUInt32LE(0), String(taken?.bytes.subarray(4))]).toEqual([
      beat,
      15,
      '2\r\n:\n\r\n',
    ])
  })

  it('takes the longest time that a timer can have', () => {
    const { sink, read } = open()
    sink.beat({ every: 2 ** 31 - 1, frame: Buffer.from('x'), size: 1 })
    expect(read()[0]?.bytes.readUInt32LE(0)).toBe(2 ** 31 - 1)
  })

  it('sends nothing where there is nothing to send', () => {
    const { sink, read } = open()
    sink.beat({ every: 10, frame: new Uint8Array(0), size: 0 })
    sink.push()
    expect(read()).toEqual([])
  })
})

describe('ThreadSink, broken off', () => {
  const failure = new Error('failed')

  it.each([new ClientGone(), new ShuttingDown('closing')])('by %s at once, without what waits', (reason) => {
    const opened = open()
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
    const { sink, readAll } = open()
    sink.putText('a')
    sink.abort(failure)
    const taken = readAll()
    expect(typesOf(taken)).toEqual([data, abort])
    expect(String(taken.at(-1)?.bytes)).toBe('drained')
    vi.advanceTimersByTime(10_000)
    expect([readAll(), sink.held]).toEqual([[], true])
  })

  it('G4: by a failure lets what waits for credit leave first', () => {
    const opened = open()
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
    const opened = open()
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
    const opened = open()
    const { sink, readAll } = opened
    exhaust(opened)
    sink.write(Buffer.from('never'))
    sink.abort(failure)
    sink.abort(new ClientGone())
    vi.advanceTimersByTime(10_000)
    expect(bytesOf(readAll()).toString()).toBe('now')
  })

  it('by a departure after its end, while it waits, never ends', () => {
    const opened = open()
    const { sink, readAll } = opened
    const left = exhaust(opened).byteLength
    sink.end([Buffer.from('never')], [], () => {})
    sink.abort(new ClientGone())
    sink.onCredit(left)
    expect(typesOf(readAll())).toEqual([abort])
  })

  it('tells nothing of a failure while it waits for room, once the client is gone', () => {
    const { sink, outlet, readAll } = open({ kind: 'chunked' }, 1 << 16)
    while (!outlet.isFull) outlet.putBytes(data, 1, Buffer.alloc(8000))
    sink.putText('a')
    sink.abort(failure)
    sink.onGone()
    vi.advanceTimersByTime(10_000)
    expect(readAll().filter(({ id }) => id === ID)).toEqual([])
    expect(sink.held).toBe(true)
  })

  it('does not call back that it is free', async () => {
    const opened = open()
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
