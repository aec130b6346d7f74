import { describe, expect, test, vi } from 'vitest'
import { ASLEEP, createRing, HEAD, LAST, RingMemory, TAIL, WANTS_ROOM } from './ring-memory.ts'
import { RingWriter } from './ring-writer.ts'

const size = 256
const { longest } = new RingMemory(createRing(size))

/** A writer alone with its memory: the test itself plays the reader, by setting the control words. */
function setUp(start = 0) {
  const memory = createRing(size, start)
  const wake = vi.fn<() => void>()
  return { writer: new RingWriter(memory, wake), wake, ...new RingMemory(memory) }
}

/** Puts a record whose payload is all `byte`; false when there was no room. */
function put(writer: RingWriter, byte: number, length: number): boolean {
  const at = writer.reserve(length)
  if (at === -1) return false
  writer.bytes.fill(byte, at, at + length)
  writer.put(1, byte, length)
  return true
}

describe('RingWriter', () => {
  test('lays a record out as type and id, length, payload and a gap up to 8 bytes', () => {
    const { writer, words, bytes } = setUp()
    expect(writer.reserve(3)).toBe(8)
    bytes.set([7, 8, 9], 8)
    writer.put(15, 0xfffffff, 3)
    expect([words[0], words[1], ...bytes.subarray(8, 11)]).toEqual([-1, 3, 7, 8, 9])
    expect(writer.reserve(8)).toBe(24)
    writer.put(2, 5, 8)
    expect([words[4], words[5]]).toEqual([(2 << 28) | 5, 8])
    expect(writer.reserve(0)).toBe(40)
  })

  test('knows the longest payload of its ring', () => {
    expect(setUp().writer.longest).toBe(24)
  })

  test('shows records at publish, not before', () => {
    const { writer, control } = setUp()
    put(writer, 1, 8)
    put(writer, 2, 8)
    expect(control[HEAD]).toBe(0)
    writer.publish()
    expect(control[HEAD]).toBe(32)
  })

  test('takes only as much as was put of what was reserved', () => {
    const { writer, control } = setUp()
    writer.reserve(longest)
    writer.put(1, 1, 1)
    expect(writer.reserve(0)).toBe(24)
    writer.publish()
    expect(control[HEAD]).toBe(9)
  })

  test('forgets a reservation that was not put', () => {
    const { writer, control } = setUp()
    expect([writer.reserve(8), writer.reserve(16)]).toEqual([8, 8])
    writer.put(1, 1, 16)
    writer.publish()
    expect(control[HEAD]).toBe(24)
  })

  describe('reserveMore', () => {
    const more = (writer: RingWriter, length: number, id = 1): number => {
      const at = writer.reserveMore(1, id, length)
      writer.put(1, id, length)
      return at
    }

    test('goes on behind the payload of the last record', () => {
      const { writer, control, words } = setUp()
      expect([more(writer, 3), more(writer, 4), words[1]]).toEqual([8, 11, 7])
      writer.publish()
      expect(control[HEAD]).toBe(15)
      // The next one begins at a multiple of 8 again.
      expect(writer.reserve(0)).toBe(24)
    })

    test('begins a record of its own for another id or type, or behind another record', () => {
      const { writer } = setUp()
      put(writer, 1, 3)
      expect(writer.reserveMore(1, 2, 3)).toBe(24)
      expect(writer.reserveMore(2, 1, 3)).toBe(24)
      expect(writer.reserveMore(1, 1, 3)).toBe(11)
      expect(more(writer, 3, 2)).toBe(24)
      expect(writer.reserveMore(1, 1, 3)).toBe(40)
    })

    test('begins a record of its own where the last one is as long as one can be', () => {
      const { writer } = setUp()
      put(writer, 1, longest - 4)
      expect(more(writer, 4)).toBe(8 + longest - 4)
      expect(writer.reserveMore(1, 1, 1)).toBe(16 + longest)
    })

    test('begins a record of its own at the end of the memory', () => {
      const [full, nearly] = [setUp(size - 8), setUp(size - 16)]
      put(full.writer, 1, 0)
      expect(full.writer.reserveMore(1, 1, 1)).toBe(8)
      put(nearly.writer, 1, 4)
      expect([nearly.writer.reserveMore(1, 1, 5), nearly.writer.reserveMore(1, 1, 4)]).toEqual([8, size - 4])
    })

    test('writes over nothing that is still to be read', () => {
      const { writer, control } = setUp()
      // From 8 on: 15 records of 16 bytes, and one whose head alone is left.
      Atomics.store(control, TAIL, 0)
      for (let i = 0; i < 15; i++) put(writer, i, 8)
      put(writer, 1, 0)
      expect(writer.reserveMore(1, 1, 8)).toBe(size - 8)
      writer.put(1, 1, 8)
      expect(writer.reserveMore(1, 1, 1)).toBe(-1)
      expect(control[WANTS_ROOM]).toBe(1)
    })

    test('forgets what was reserved behind the last record when another is reserved', () => {
      const { writer, words } = setUp()
      put(writer, 1, 3)
      expect([writer.reserveMore(1, 1, 3), writer.reserve(3)]).toEqual([11, 24])
      writer.put(1, 1, 3)
      expect([words[1], words[5]]).toEqual([3, 3])
    })

    test('says where the last record begins before it says that there is one', () => {
      const { writer, control } = setUp()
      more(writer, 3)
      more(writer, 4)
      writer.publish()
      expect(control[LAST]).toBe(0)
      put(writer, 2, 3)
      expect(control[LAST]).toBe(0)
      writer.publish()
      expect(control[LAST]).toBe(16)
    })
  })

  describe('at the end of the memory', () => {
    test('pads, so that a payload is in one piece', () => {
      const { writer, control, words } = setUp(size - 16)
      words[60] = 99
      expect(writer.reserve(9)).toBe(8)
      writer.put(3, 4, 9)
      expect([words[60], words[0], words[1]]).toEqual([0, (3 << 28) | 4, 9])
      writer.publish()
      expect(control[HEAD]).toBe(size + 17)
    })

    test('does not pad when the record fits exactly', () => {
      const { writer, control } = setUp(size - 16)
      expect(writer.reserve(8)).toBe(size - 8)
      writer.put(1, 1, 8)
      expect(writer.reserve(8)).toBe(8)
      writer.publish()
      expect(control[HEAD]).toBe(size)
    })

    test('does not keep the padding of a reservation that was not put', () => {
      const { writer, control } = setUp(size - 16)
      expect(writer.reserve(9)).toBe(8)
      expect(writer.reserve(8)).toBe(size - 8)
      writer.put(1, 1, 8)
      writer.publish()
      expect(control[HEAD]).toBe(size)
    })

    test('has no room when the record fits but not its padding', () => {
      const { writer, control } = setUp(24)
      // Unread are the 216 bytes from 24 to 240. 40 are free, and 16 of them are padding.
      for (let i = 0; i < 9; i++) expect(put(writer, i, 16)).toBe(true)
      expect(writer.reserve(24)).toBe(-1)
      Atomics.store(control, TAIL, 32)
      expect(writer.reserve(24)).toBe(8)
    })
  })

  test('goes on where 32 bits overflow', () => {
    const { writer, control } = setUp(2 ** 32 - size)
    for (let i = 0; i < 16; i++) expect(put(writer, i, 8)).toBe(true)
    writer.publish()
    expect(control[HEAD]).toBe(0)
    expect(put(writer, 16, 8)).toBe(false)
    Atomics.store(control, TAIL, -size + 16)
    expect(writer.reserve(8)).toBe(8)
  })

  test('goes on where the sign of 32 bits changes', () => {
    const { writer, control } = setUp(2 ** 31 - 16)
    for (let i = 0; i < 2; i++) expect(put(writer, i, 8)).toBe(true)
    writer.publish()
    expect(control[HEAD]).toBe(-(2 ** 31) + 16)
  })

  describe('when the ring is full', () => {
    function fill(writer: RingWriter): void {
      for (let i = 0; i < size / 16; i++) expect(put(writer, i, 8)).toBe(true)
    }

    test('fills the last byte, then has no room', () => {
      const { writer } = setUp()
      fill(writer)
      expect([writer.reserve(0), writer.reserve(0)]).toEqual([-1, -1])
    })

    test('says that it waits for room', () => {
      const { writer, control } = setUp()
      fill(writer)
      expect(control[WANTS_ROOM]).toBe(0)
      writer.reserve(0)
      expect(control[WANTS_ROOM]).toBe(1)
    })

    test('publishes what was put before it waits, and wakes a reader that sleeps', () => {
      const { writer, control, wake } = setUp()
      Atomics.store(control, ASLEEP, 1)
      fill(writer)
      expect([control[HEAD], wake.mock.calls.length]).toEqual([0, 0])
      writer.reserve(0)
      expect([control[HEAD], wake.mock.calls.length]).toEqual([size, 1])
    })

    test('looks again for the reader before it says so', () => {
      const { writer, control } = setUp()
      fill(writer)
      writer.publish()
      Atomics.store(control, TAIL, 16)
      expect(writer.reserve(8)).toBe(8)
      expect(control[WANTS_ROOM]).toBe(0)
    })

    test('takes room that is given while it says so', () => {
      const { writer, control, wake } = setUp()
      Atomics.store(control, ASLEEP, 1)
      fill(writer)
      // The writer publishes, and with that wakes the reader, after it has looked for room and before it says so.
      wake.mockImplementation(() => Atomics.store(control, TAIL, 64))
      expect(writer.reserve(8)).toBe(8)
      expect(control[WANTS_ROOM]).toBe(0)
    })

    test('does not let a put follow a reserve without room', () => {
      const { writer } = setUp()
      fill(writer)
      writer.reserve(8)
      expect(() => writer.put(1, 1, 8)).toThrow('nothing is reserved')
    })
  })

  describe('publish', () => {
    test('wakes a reader that sleeps, once', () => {
      const { writer, control, wake } = setUp()
      Atomics.store(control, ASLEEP, 1)
      for (let i = 0; i < 3; i++) {
        put(writer, i, 8)
        writer.publish()
      }
      expect([wake.mock.calls.length, control[ASLEEP]]).toEqual([1, 0])
    })

    test('wakes nobody when nothing is new or the reader is awake', () => {
      const { writer, control, wake } = setUp()
      put(writer, 1, 8)
      writer.publish()
      Atomics.store(control, ASLEEP, 1)
      writer.publish()
      expect([wake.mock.calls.length, control[ASLEEP]]).toEqual([0, 1])
    })
  })

  describe('errors of use', () => {
    test.each([longest + 1, -1, 0.5, Number.NaN, 2 ** 32])('reserve refuses %s bytes', (bytes) => {
      expect(() => setUp().writer.reserve(bytes)).toThrow(
        new RangeError(`Cannot reserve ${bytes} bytes in the ring: 24 are the most; send it in pieces`),
      )
    })

    test('put refuses a record that was not reserved', () => {
      const { writer } = setUp()
      const message = 'Cannot put a record: nothing is reserved; call reserve() before each put()'
      expect(() => writer.put(1, 1, 0)).toThrow(new RangeError(message))
      put(writer, 1, 8)
      expect(() => writer.put(1, 1, 8)).toThrow(new RangeError(message))
    })

    test.each([9, -1, 0.5])('put refuses %s bytes where 8 are reserved', (bytes) => {
      const { writer } = setUp()
      writer.reserve(8)
      expect(() => writer.put(1, 1, bytes)).toThrow(
        new RangeError(`Cannot put a record of ${bytes} bytes: 8 are reserved; reserve what it may need`),
      )
    })

    test.each([
      [0, 1],
      [16, 1],
      [1, -1],
      [1, 2 ** 28],
      [1, 0.5],
      [1.5, 1],
    ])('put refuses type %s with id %s', (type, id) => {
      const { writer } = setUp()
      writer.reserve(8)
      expect(() => writer.put(type, id, 8)).toThrow(
        new RangeError(`Cannot put a record of type ${type}, id ${id}: use types 1 to 15, ids of 28 bits`),
      )
    })

    test('leave the ring as it was', () => {
      const { writer, control } = setUp()
      writer.reserve(8)
      expect(() => writer.put(0, 1, 8)).toThrow(RangeError)
      writer.put(1, 1, 8)
      writer.publish()
      expect(control[HEAD]).toBe(16)
    })
  })
})
