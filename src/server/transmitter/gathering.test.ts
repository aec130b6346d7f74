import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gathering } from './gathering.ts'

const SIZE = 65_536

function toText(frames: readonly Uint8Array[]): string {
  return Buffer.concat(frames).toString('latin1')
}

// Bytes that are different wherever one looks.
function toPattern(size: number, first = 0): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => ((index + first) * 167) >>> 3))
}

describe('Gathering', () => {
  it('puts parts of the ring side by side, in one frame', () => {
    const gathering = new Gathering()
    const ring = Buffer.from('-one--two-')
    gathering.put(ring, 1, 4)
    gathering.put(ring, 6, 9)
    const frames = gathering.take(false)
    expect(frames).toHaveLength(1)
    expect(toText(frames)).toBe('onetwo')
  })

  it('has copied what it was given: the ring is free again', () => {
    const gathering = new Gathering()
    const ring = Buffer.from('one')
    gathering.put(ring, 0, 3)
    ring.fill('x')
    expect(toText(gathering.take(false))).toBe('one')
  })

  it('gives nothing where nothing was put, and nothing twice', () => {
    const gathering = new Gathering()
    expect(gathering.take(false)).toEqual([])
    gathering.put(Buffer.from('one'), 0, 0)
    expect(gathering.take(false)).toEqual([])
    gathering.put(Buffer.from('one'), 0, 3)
    expect(toText(gathering.take(false))).toBe('one')
    expect(gathering.take(false)).toEqual([])
  })

  it.each([
    [SIZE - 1, 1],
    [SIZE, 1],
    [SIZE + 1, 2],
    [2 * SIZE, 2],
    [3 * SIZE + 7, 4],
  ])('gives %i bytes in %i frames', (size, count) => {
    const gathering = new Gathering()
    const bytes = toPattern(size)
    gathering.put(bytes, 0, size)
    const frames = gathering.take(false)
    expect(frames).toHaveLength(count)
    expect(Buffer.concat(frames).equals(bytes)).toBe(true)
  })

  it.each([1, 255, SIZE, SIZE + 1, 2 * SIZE])('gives %i bytes as chunks, one a frame', (size) => {
    const gathering = new Gathering()
    const bytes = toPattern(size)
    gathering.put(bytes, 0, size)
    expect(gathering.size).toBe(size)
    const chunks = Array.from({ length: Math.ceil(size / SIZE) }, (_, index) =>
      bytes.subarray(index * SIZE, (index + 1) * SIZE),
    )
    const framed = chunks.map((chunk) =>
      [chunk.byteLength.toString(16), chunk.toString('latin1'), ''].join('\r\n'),
    )
    expect(gathering.take(true).map((frame) => toText([frame]))).toEqual(framed)
    expect([gathering.size, gathering.take(true)]).toEqual([0, []])
  })

  it('leaves alone what was taken, until it may be used again', () => {
    const gathering = new Gathering()
    gathering.put(Buffer.from('first'), 0, 5)
    const frames = gathering.take(false)
    for (const text of ['other', 'third']) {
      gathering.put(Buffer.from(text), 0, 5)
      expect(toText(gathering.take(false))).toBe(text)
    }
    const another = new Gathering()
    another.put(Buffer.from('xxxxx'), 0, 5)
    expect(toText(frames)).toBe('first')
  })

  it('uses memory again once nothing else does, for whatever reply comes next', () => {
    const gathering = new Gathering()
    gathering.put(Buffer.from('first'), 0, 5)
    const [frame] = gathering.take(false)
    gathering.reuse()
    const another = new Gathering()
    another.put(Buffer.from('other'), 0, 5)
    const [again] = another.take(false)
    expect(again?.buffer).toBe(frame?.buffer)
  })

  it('uses full memory again as well', () => {
    const toMemory = (frames: readonly Uint8Array[]) => new Set(frames.map(({ buffer }) => buffer))
    const gathering = new Gathering()
    gathering.put(toPattern(2 * SIZE + 1), 0, 2 * SIZE + 1)
    const memory = toMemory(gathering.take(false))
    gathering.reuse()
    const another = new Gathering()
    another.put(toPattern(2 * SIZE + 1), 0, 2 * SIZE + 1)
    const again = toMemory(another.take(false))
    // The very same, not such that hold the same.
    expect([memory.size, again.size, [...again].every((one) => memory.has(one))]).toEqual([3, 3, true])
  })

  it('gives memory back once, however often it is told', () => {
    const gathering = new Gathering()
    gathering.put(Buffer.from('first'), 0, 5)
    gathering.take(false)
    gathering.reuse()
    gathering.reuse()
    const [one, two] = [new Gathering(), new Gathering()]
    one.put(Buffer.from('one'), 0, 3)
    two.put(Buffer.from('two'), 0, 3)
    expect([toText(one.take(false)), toText(two.take(false))]).toEqual(['one', 'two'])
  })

  it('keeps what is gathered while something taken is used again', () => {
    const gathering = new Gathering()
    gathering.put(Buffer.from('first'), 0, 5)
    gathering.take(false)
    gathering.put(Buffer.from('second'), 0, 6)
    gathering.reuse()
    new Gathering().put(Buffer.from('xxxxxx'), 0, 6)
    expect(toText(gathering.take(false))).toBe('second')
  })

  it('lets go of everything when it is dropped, and never gives to others what may still be sent', () => {
    const gathering = new Gathering()
    gathering.put(Buffer.from('being sent'), 0, 10)
    const sent = gathering.take(false)
    gathering.put(Buffer.alloc(SIZE + 1, 'x'), 0, SIZE + 1)
    gathering.drop()
    gathering.reuse()
    for (let others = 0; others < 40; others++) new Gathering().put(Buffer.alloc(SIZE, 'y'), 0, SIZE)
    expect([gathering.take(false), toText(sent)]).toEqual([[], 'being sent'])
  })

  it('loses nothing and mixes nothing up, wherever it is cut', () => {
    const sizes = fc.array(fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: SIZE - 9, max: SIZE + 9 })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.array(sizes, { maxLength: 4 }), (rounds) => {
        const gathering = new Gathering()
        const taken: Buffer[] = []
        const given: Buffer[] = []
        for (const round of rounds) {
          for (const size of round) {
            const bytes = toPattern(size + 20, given.length)
            gathering.put(bytes, 10, 10 + size)
            given.push(bytes.subarray(10, 10 + size))
          }
          taken.push(Buffer.concat(gathering.take(false)))
          gathering.reuse()
        }
        expect(Buffer.concat(taken).equals(Buffer.concat(given))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})
