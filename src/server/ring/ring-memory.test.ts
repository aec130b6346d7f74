import { describe, expect, test } from 'vitest'
import { ASLEEP, createRing, HEAD, RingMemory, TAIL, WANTS_ROOM } from './ring-memory.ts'

describe('createRing', () => {
  test('makes a ring of 4 MiB by default', () => {
    expect(new RingMemory(createRing()).size).toBe(4 * 1024 * 1024)
  })

  test('starts with both sides at the same place, awake and wanting nothing', () => {
    const { control } = new RingMemory(createRing(128))
    expect([HEAD, TAIL, ASLEEP, WANTS_ROOM].map((word) => control[word])).toEqual([0, 0, 0, 0])
  })

  test('starts where it is told, beyond 2³¹ too', () => {
    const { control } = new RingMemory(createRing(128, 2 ** 32 - 8))
    expect([control[HEAD], control[TAIL]]).toEqual([-8, -8])
  })

  test.each([0, 64, 100, 192, 2 ** 31, -128, 128.5, Number.NaN])('refuses %s bytes', (bytes) => {
    expect(() => createRing(bytes)).toThrow(
      new RangeError(`Cannot make a ring of ${bytes} bytes: give a power of two from 128 to 2 ** 30`),
    )
  })

  test.each([4, 8.5, Number.NaN])('refuses to start at %s', (start) => {
    expect(() => createRing(128, start)).toThrow(
      new RangeError(`Cannot start a ring at ${start}: give a multiple of 8`),
    )
  })
})

describe('RingMemory', () => {
  test('looks at the same records as words and as bytes, and at none of the control words', () => {
    const { bytes, words, control, size } = new RingMemory(createRing(256))
    words.fill(-1)
    expect(bytes.equals(Buffer.alloc(256, 255))).toBe(true)
    expect([bytes.length, words.length, size]).toEqual([256, 64, 256])
    expect(control.every((word) => word === 0)).toBe(true)
  })

  test('keeps words that different sides write on lines of their own', () => {
    const lines = [HEAD, TAIL, ASLEEP, WANTS_ROOM].map((word) => Math.floor((word * 4) / 64))
    expect(new Set(lines).size).toBe(4)
    const { control, words } = new RingMemory(createRing(128))
    expect(words.byteOffset - (control.byteOffset + WANTS_ROOM * 4)).toBeGreaterThanOrEqual(64)
  })

  test('allows payloads that take less than a quarter with their padding', () => {
    for (const size of [128, 1024, 4 * 1024 * 1024]) {
      const { longest } = new RingMemory(createRing(size))
      expect(longest).toBe(size / 8 - 8)
      expect(2 * (longest + 8) - 8).toBeLessThan(size / 4)
    }
  })

  test('refuses memory that is not of a ring', () => {
    expect(() => new RingMemory(new SharedArrayBuffer(4096))).toThrow('Cannot make a ring of 3584 bytes')
    expect(() => new RingMemory(new SharedArrayBuffer(64))).toThrow('Cannot make a ring of -448 bytes')
  })
})
