import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  bytesOf,
  ID,
  openThreadSink,
  type OpenedSink,
  setUpThreadSink,
  typesOf,
} from '../../../test/support/set-up-thread-sink.ts'
import { LifecycleError } from '../../delivery/errors.ts'
import { Framer } from '../../delivery/framer.ts'
import { frameLarge, LARGE } from '../../delivery/slab.ts'
import type { Head } from '../wire.ts'
import { parseHead, toTransmitter } from './records.ts'
import { ThreadSink } from './thread-sink.ts'

const PIECE = 65_536
const { head, data, piece, end, beat } = toTransmitter

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

function checkText({ sink, read }: OpenedSink, text: string): void {
  const expected = Buffer.from(text)
  expect(sink.putText(text)).toBe(expected.byteLength)
  const taken = read()
  // `equals`, as the difference of two long buffers takes long to print.
  expect([typesOf(taken), bytesOf(taken).equals(expected), text.length]).toEqual([[data], true, text.length])
  sink.onCredit(expected.byteLength)
}

describe('ThreadSink, which puts blocks in place', () => {
  const chars = ['a', '\u00e9', '\u20ac', '\u{1f600}', '\ud800', '\udc00']

  it.each(chars)('puts any number of %j as UTF-8', (char) => {
    const opened = openThreadSink()
    const most = Math.floor(LARGE / 3 / char.length)
    for (let count = 1; count <= most; count += count < 1400 ? 1 : 13) checkText(opened, char.repeat(count))
    checkText(opened, char.repeat(most))
  })

  it('puts any text as UTF-8, wherever in the ring it falls', () => {
    const text = fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 0x10ffff }), { minLength: 1, maxLength: 80 })
        .map((points) => String.fromCodePoint(...points)),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 80 })
        .map((units) => String.fromCharCode(...units)),
    )
    const opened = openThreadSink({ kind: 'chunked' }, 16_384)
    fc.assert(fc.property(text, (one) => checkText(opened, one)))
  })

  it('G8: puts blocks without framing, whatever the framing is', () => {
    for (const framing of [{ kind: 'close' }, { kind: 'length', bytes: 9 }, { kind: 'chunked' }] as const) {
      const { sink, read } = openThreadSink(framing)
      expect(sink.putText('caf\u00e9')).toBe(5)
      expect(sink.putBytes(Buffer.from([1, 2]))).toBe(2)
      expect(bytesOf(read())).toEqual(Buffer.from([...Buffer.from('caf\u00e9'), 1, 2]))
    }
  })

  it.each([1, 255, 256, LARGE])('puts %i bytes as one record', (size) => {
    const { sink, read } = openThreadSink()
    const bytes = Buffer.alloc(size, 'b')
    expect(sink.putBytes(bytes)).toBe(size)
    const taken = read()
    expect(typesOf(taken)).toEqual([data])
    expect(bytesOf(taken).equals(bytes)).toBe(true)
  })

  it('G1: shows each block when it is put, and wakes a transmitter that sleeps', () => {
    const { sink, wake, reader, read } = openThreadSink()
    for (const [index, text] of ['one', 'two'].entries()) {
      expect(reader.sleep()).toBe(true)
      sink.putText(text)
      expect(wake).toHaveBeenCalledTimes(index + 1)
      expect(String(bytesOf(read()))).toBe(text)
    }
  })

  it('does not keep the bytes that were put: they may be changed at once', () => {
    const { sink, read } = openThreadSink()
    const bytes = Buffer.from('abc')
    sink.putBytes(bytes)
    expect(sink.held).toBe(false)
    bytes.fill('x')
    expect(String(bytesOf(read()))).toBe('abc')
  })

  it('takes part in a framer, which gives the same bytes with it as without it', () => {
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
      const { sink, readAll } = openThreadSink()
      const framer = new Framer(sink, isDirect ? sink.direct : undefined)
      framer.begin({ kind: 'close' })
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
    const { sink, read } = setUpThreadSink(undefined, { frame: () => made.framing, write: () => made })
    expect(sink.frame({ content: 'text', bytes: 1 })).toEqual({ kind: 'chunked' })
    sink.commit({ kind: 'chunked' })
    expect(read()).toEqual([])
    sink.putText('a')
    const [first, second] = read()
    expect([first?.type, second?.type]).toEqual([head, data])
    expect(parseHead(first?.bytes.toString('latin1') ?? '')).toEqual(made)
    expect(String(second?.bytes)).toBe('a')
  })

  it('sends it by itself at the next push', () => {
    const { sink, read } = setUpThreadSink(undefined, { frame: () => made.framing, write: () => made })
    sink.commit(made.framing)
    expect(read()).toEqual([])
    sink.push()
    expect(typesOf(read())).toEqual([head])
  })

  it('sends it with the end of a body that is empty', () => {
    const { sink, read } = setUpThreadSink(undefined, { frame: () => made.framing, write: () => made })
    sink.commit(made.framing)
    sink.end([], [], () => {})
    expect(typesOf(read())).toEqual([head, end])
  })

  it('lets one that is refused through, with nothing sent', () => {
    const { sink, read } = setUpThreadSink(undefined, {
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
    const { sink } = setUpThreadSink(undefined, { frame: () => made.framing, write: () => made })
    sink.commit(made.framing)
    expect(() => sink.frame({ content: 'text', bytes: 1 })).toThrow(LifecycleError)
  })

  it('keeps it in front of the body when the ring is full', () => {
    const { sink, outlet, readAll } = setUpThreadSink(1024, { frame: () => made.framing, write: () => made })
    while (!outlet.isFull) outlet.putText(toTransmitter.hints, 1, 'x'.repeat(100))
    sink.commit(made.framing)
    sink.putText('a')
    sink.putText('b')
    sink.end([], [], () => {})
    const ours = readAll().filter(({ id }) => id === ID)
    expect(typesOf(ours)).toEqual([head, data, data, end])
    expect(String(bytesOf(ours.slice(1)))).toBe('ab')
  })
})

describe('ThreadSink with frames that are framed already', () => {
  it('sends one as it is, several as one of which only the last is whole', () => {
    const { sink, read } = openThreadSink()
    sink.write(Buffer.from('abc'))
    expect(typesOf(read())).toEqual([data])
    sink.writeAll(['6\r\n', 'abcdef', '\r\n'].map((text) => Buffer.from(text)))
    const taken = read()
    expect(typesOf(taken)).toEqual([piece, piece, data])
    expect(String(bytesOf(taken))).toBe('6\r\nabcdef\r\n')
  })

  it('sends nothing for what is empty', () => {
    const { sink, read } = openThreadSink()
    sink.write(new Uint8Array(0))
    sink.writeAll([])
    expect(read()).toEqual([])
  })

  it('cuts a large one into pieces, byte for byte', () => {
    const { sink, readAll } = openThreadSink()
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

  it('says of one that is cut, too, where it ends', () => {
    const { sink, readAll } = openThreadSink({ kind: 'close' })
    sink.write(Buffer.alloc(2 * PIECE + 1))
    expect(typesOf(readAll())).toEqual([piece, piece, data])
  })

  it('lets another reply into the ring between the pieces of one that is larger than it', () => {
    const { sink, outlet, read } = openThreadSink({ kind: 'close' }, 1 << 16)
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

describe('ThreadSink.beat', () => {
  it('sends the time, rounded up, and the frame', () => {
    const { sink, read } = openThreadSink()
    sink.beat({ every: 14.2, frame: Buffer.from('2\r\n:\n\r\n'), size: 2 })
    const [taken] = read()
    expect([taken?.type, taken?.bytes.readUInt32LE(0), String(taken?.bytes.subarray(4))]).toEqual([
      beat,
      15,
      '2\r\n:\n\r\n',
    ])
  })

  it('takes the longest time that a timer can have', () => {
    const { sink, read } = openThreadSink()
    sink.beat({ every: 2 ** 31 - 1, frame: Buffer.from('x'), size: 1 })
    expect(read()[0]?.bytes.readUInt32LE(0)).toBe(2 ** 31 - 1)
  })

  it('sends nothing where there is nothing to send', () => {
    const { sink, read } = openThreadSink()
    sink.beat({ every: 10, frame: new Uint8Array(0), size: 0 })
    sink.push()
    expect(read()).toEqual([])
  })
})
