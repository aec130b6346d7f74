import { describe, expect, test, vi } from 'vitest'
import { ASLEEP, createRing, RingMemory, TAIL, WANTS_ROOM } from './ring-memory.ts'
import { RingReader } from './ring-reader.ts'
import { RingWriter } from './ring-writer.ts'

const size = 256

type Taken = { type: number; id: number; text: string }

function setUp(start = 0) {
  const memory = createRing(size, start)
  const wakeReader = vi.fn<() => void>()
  const wakeWriter = vi.fn<() => void>()
  const writer = new RingWriter(memory, wakeReader)
  const reader = new RingReader(memory, wakeWriter)
  const taken: Taken[] = []
  const take = (type: number, id: number, from: number, to: number): void => {
    taken.push({ type, id, text: reader.bytes.toString('latin1', from, to) })
  }
  return { writer, reader, wakeReader, wakeWriter, taken, take, ...new RingMemory(memory) }
}

/** Puts texts until one has no room, and tells how many had. */
function put(writer: RingWriter, ...texts: string[]): number {
  const refused = texts.findIndex((text, id) => {
    const at = writer.reserve(text.length)
    if (at === -1) return true
    writer.put(1, id, writer.bytes.write(text, at, 'latin1'))
    return false
  })
  return refused === -1 ? texts.length : refused
}

describe('RingReader', () => {
  test('takes records with their type, id and payload, in their order', () => {
    const { writer, reader, taken, take, bytes } = setUp()
    bytes.write('head', writer.reserve(4), 'latin1')
    writer.put(15, 0xfffffff, 4)
    writer.reserve(20)
    writer.put(1, 0, 0)
    writer.publish()
    expect(reader.read(take)).toBe(true)
    expect(taken).toEqual([
      { type: 15, id: 0xfffffff, text: 'head' },
      { type: 1, id: 0, text: '' },
    ])
  })

  test('takes nothing when there is nothing, or nothing published', () => {
    const { writer, reader, take, taken } = setUp()
    expect(reader.read(take)).toBe(false)
    put(writer, 'one')
    expect([reader.read(take), taken]).toEqual([false, []])
  })

  test('skips padding together with the record behind it', () => {
    const { writer, reader, taken, take } = setUp(size - 16)
    put(writer, 'not at the end', 'behind')
    writer.publish()
    expect(reader.read(take, 1)).toBe(true)
    expect(taken.map(({ text }) => text)).toEqual(['not at the end'])
    expect(reader.read(take, 1)).toBe(true)
    expect(taken.map(({ text }) => text)).toEqual(['not at the end', 'behind'])
  })

  test.each([0, size - 16, 2 ** 31 - 24, 2 ** 32 - 24])(
    'takes what was put, many times round from %s',
    (start) => {
      const { writer, reader, taken, take } = setUp(start)
      const texts = Array.from({ length: 500 }, (_, i) => String.fromCodePoint(97 + (i % 26)).repeat(i % 25))
      let next = 0
      while (next < texts.length) {
        next += put(writer, ...texts.slice(next, next + 1 + (next % 17)))
        writer.publish()
        while (reader.read(take, 1 + (next % 100)));
      }
      expect(taken.map(({ text }) => text)).toEqual(texts)
    },
  )

  test('gives memory back at the end of read, not earlier', () => {
    const { writer, reader, control } = setUp()
    put(writer, 'one', 'two')
    writer.publish()
    const tails: (number | undefined)[] = []
    reader.read(() => tails.push(control[TAIL]))
    // But for the last record's: it may grow.
    expect([...tails, control[TAIL]]).toEqual([0, 0, 16])
  })

  test('stops behind the record that reaches the limit', () => {
    const { writer, reader, take, taken, control } = setUp()
    put(writer, 'one', 'two', 'three')
    writer.publish()
    expect([reader.read(take, 17), taken.length, control[TAIL]]).toEqual([true, 2, 16])
    expect([reader.read(take, 17), taken.length, control[TAIL]]).toEqual([true, 3, 32])
    expect(reader.read(take, 17)).toBe(false)
  })

  test('stops behind half the ring by default', () => {
    const { writer, reader, take, taken } = setUp()
    put(writer, ...Array.from({ length: 16 }, () => 'eight by'))
    writer.publish()
    expect([reader.read(take), taken.length]).toEqual([true, 8])
  })

  test('counts a record as taken when take throws, and the ones before it', () => {
    const { writer, reader, take, taken, control } = setUp()
    put(writer, 'one', 'two', 'three')
    writer.publish()
    let left = 2
    const failing = (): void => {
      if (--left === 0) throw new Error('take failed')
    }
    expect(() => reader.read(failing)).toThrow('take failed')
    expect(control[TAIL]).toBe(16)
    expect([reader.read(take), taken.map(({ text }) => text)]).toEqual([true, ['three']])
  })

  describe('a record that grows', () => {
    const more = (writer: RingWriter, text: string): void => {
      writer.put(1, 0, writer.bytes.write(text, writer.reserveMore(1, 0, text.length), 'latin1'))
    }

    test('is taken in one piece when it has grown before it is taken', () => {
      const { writer, reader, take, taken } = setUp()
      for (const text of ['one', 'two', 'three']) more(writer, text)
      writer.publish()
      expect([reader.read(take), taken]).toEqual([true, [{ type: 1, id: 0, text: 'onetwothree' }]])
      expect(reader.read(take)).toBe(false)
    })

    test('is taken as far as it was published, and from there on later', () => {
      const { writer, reader, take, taken } = setUp()
      more(writer, 'one')
      writer.publish()
      more(writer, 'two')
      reader.read(take)
      writer.publish()
      more(writer, 'three')
      put(writer, 'other')
      reader.read(take)
      writer.publish()
      while (reader.read(take));
      expect(taken.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'other'])
    })

    test('is not taken again when it has not grown', () => {
      const { writer, reader, take, taken } = setUp()
      more(writer, 'one')
      writer.publish()
      reader.read(take)
      put(writer, 'other')
      writer.publish()
      reader.read(take)
      expect(taken.map(({ text }) => text)).toEqual(['one', 'other'])
    })

    test('keeps its memory until another one has followed', () => {
      const { writer, reader, take, control } = setUp()
      more(writer, 'one')
      writer.publish()
      reader.read(take)
      more(writer, 'two')
      writer.publish()
      reader.read(take)
      expect(control[TAIL]).toBe(0)
      put(writer, 'other')
      writer.publish()
      reader.read(take)
      expect(control[TAIL]).toBe(16)
    })
  })

  describe('sleep', () => {
    test('says so when there is nothing to read', () => {
      const { reader, control, take } = setUp()
      expect([reader.read(take), reader.sleep(), control[ASLEEP]]).toEqual([false, true, 1])
    })

    test('does not count when a record came after the last read', () => {
      const { writer, reader, control, take, wakeReader } = setUp()
      reader.read(take)
      put(writer, 'one')
      writer.publish()
      expect([reader.sleep(), control[ASLEEP], wakeReader.mock.calls.length]).toEqual([false, 0, 0])
    })

    test('is ended by the next publish', () => {
      const { writer, reader, control, wakeReader, take, taken } = setUp()
      reader.sleep()
      put(writer, 'one')
      writer.publish()
      expect([wakeReader.mock.calls.length, control[ASLEEP]]).toEqual([1, 0])
      expect([reader.read(take), taken.length, reader.read(take), reader.sleep()]).toEqual([
        true,
        1,
        false,
        true,
      ])
    })

    test('is ended by a read, so that the writer need not wake', () => {
      const { writer, reader, control, wakeReader, take } = setUp()
      reader.sleep()
      expect([reader.read(take), control[ASLEEP]]).toEqual([false, 0])
      put(writer, 'one')
      writer.publish()
      expect([wakeReader.mock.calls.length, reader.sleep()]).toEqual([0, false])
    })
  })

  describe('a writer that waits for room', () => {
    const full = Array.from({ length: size / 16 + 1 }, () => 'eight by')

    function setUpFull() {
      const all = setUp()
      expect(put(all.writer, ...full)).toBe(size / 16)
      return all
    }

    test('is woken when a quarter is free, not earlier', () => {
      const { reader, wakeWriter, take, control } = setUpFull()
      const calls = Array.from({ length: 5 }, () => {
        reader.read(take, 16)
        return wakeWriter.mock.calls.length
      })
      expect([calls, control[WANTS_ROOM]]).toEqual([[0, 0, 0, 0, 1], 0])
    })

    test('is woken once', () => {
      const { reader, wakeWriter, take, taken } = setUpFull()
      while (reader.read(take, 16));
      expect([wakeWriter.mock.calls.length, taken.length]).toEqual([1, size / 16])
    })

    test('has room for the longest record and its padding when it is woken', () => {
      for (let start = 0; start < size; start += 8) {
        const { writer, reader, wakeWriter, take } = setUp(start)
        while (put(writer, 'x'.repeat(writer.longest)) === 1);
        while (wakeWriter.mock.calls.length === 0 && reader.read(take, 1));
        expect([start, put(writer, 'x'.repeat(writer.longest))]).toEqual([start, 1])
      }
    })

    test('is not woken when it waits for nothing', () => {
      const { writer, reader, wakeWriter, take } = setUp()
      put(writer, ...full.slice(1))
      writer.publish()
      while (reader.read(take));
      expect(wakeWriter.mock.calls.length).toBe(0)
    })

    test('is woken though take throws', () => {
      const { reader, wakeWriter } = setUpFull()
      const failing = (): void => {
        throw new Error('take failed')
      }
      for (let i = 0; i < 5; i++) expect(() => reader.read(failing)).toThrow('take failed')
      expect(wakeWriter.mock.calls.length).toBe(1)
    })
  })
})
