import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from './outlet.ts'

interface Taken {
  type: number
  id: number
  text: string
}

// An outlet and the other end of its ring, which holds 256 bytes: payloads of up to 24.
function setUp() {
  const memory = createRing(256)
  const wake = vi.fn<() => void>()
  const outlet = new Outlet(memory, wake)
  const reader = new RingReader(memory, () => {})
  const read = (limit?: number): Taken[] => {
    const taken: Taken[] = []
    reader.read(
      (type, id, start, end) => taken.push({ type, id, text: reader.bytes.toString('latin1', start, end) }),
      limit,
    )
    return taken
  }
  const readAll = (): Taken[] => {
    const taken: Taken[] = []
    for (let some = read(); some.length > 0; some = read()) taken.push(...some)
    return taken
  }
  return { outlet, wake, reader, read, readAll }
}

// Until a record has to wait; the texts that were put.
function fill(outlet: Outlet): string[] {
  const texts: string[] = []
  while (!outlet.isFull) {
    texts.push(`record ${texts.length}`)
    outlet.putText(1, texts.length, texts.at(-1) ?? '')
  }
  return texts
}

describe('Outlet', () => {
  it('puts text as latin1, bytes, and signals, visible at once', () => {
    const { outlet, readAll } = setUp()
    outlet.putText(1, 7, 'caf\u00e9')
    outlet.putBytes(2, 8, Buffer.from([0, 255]))
    outlet.putBytes(3, 8, new Uint8Array(0))
    outlet.putSignal(4, 0xf_ff_ff_ff)
    expect(readAll()).toEqual([
      { type: 1, id: 7, text: 'caf\u00e9' },
      { type: 2, id: 8, text: '\u0000\u00ff' },
      { type: 3, id: 8, text: '' },
      { type: 4, id: 0xf_ff_ff_ff, text: '' },
    ])
    expect(outlet.isFull).toBe(false)
  })

  it.each([0, 1, 2 ** 32, 2 ** 48 - 1])('puts the number %i', (value) => {
    const { outlet, reader } = setUp()
    outlet.putNumber(5, 1, value)
    const values: number[] = []
    reader.read((type, id, start, end) =>
      values.push(type, id, end - start, reader.bytes.readUIntLE(start, 6)),
    )
    expect(values).toEqual([5, 1, 6, value])
  })

  it('wakes a reader that sleeps, once', () => {
    const { outlet, wake, reader } = setUp()
    outlet.putSignal(1, 1)
    expect(wake).not.toHaveBeenCalled()
    reader.read(() => {})
    expect(reader.sleep()).toBe(true)
    outlet.putSignal(1, 2)
    outlet.putSignal(1, 3)
    expect(wake).toHaveBeenCalledOnce()
  })

  it('lets a release wait for what comes after it, and wakes nobody for it', () => {
    const { outlet, wake, reader, readAll } = setUp()
    expect(reader.sleep()).toBe(true)
    outlet.putRelease(1, 7)
    expect([readAll(), reader.sleep(), wake.mock.calls.length]).toEqual([[], true, 0])
    outlet.putSignal(2, 8)
    expect(wake).toHaveBeenCalledOnce()
    expect(readAll().map(({ type, id }) => [type, id])).toEqual([
      [1, 7],
      [2, 8],
    ])
  })

  it('loses no release when the ring is full of them', () => {
    const { outlet, readAll } = setUp()
    const ids = Array.from({ length: 100 }, (_, index) => index)
    const taken: number[] = []
    for (const id of ids) {
      outlet.putRelease(1, id)
      if (id % 30 !== 29) continue
      taken.push(...readAll().map((one) => one.id))
      outlet.retry()
    }
    do {
      outlet.retry()
      taken.push(...readAll().map((one) => one.id))
    } while (outlet.isFull)
    outlet.writer.publish()
    taken.push(...readAll().map((one) => one.id))
    expect(taken).toEqual(ids)
  })

  it('refuses what can never have room, and goes on', () => {
    const { outlet, readAll } = setUp()
    expect(() => outlet.putText(1, 1, 'x'.repeat(25))).toThrow(RangeError)
    outlet.putText(1, 1, 'x'.repeat(24))
    expect(readAll()).toHaveLength(1)
  })
})

describe('Outlet, when the ring is full', () => {
  it('leaves out what it is offered, whatever room there is, and what can never have room', () => {
    const { outlet, readAll, read, wake } = setUp()
    outlet.offerText(2, 0, 'taken')
    expect(readAll()).toEqual([{ type: 2, id: 0, text: 'taken' }])
    outlet.offerText(2, 0, 'x'.repeat(outlet.writer.longest + 1))
    expect(readAll()).toEqual([])
    fill(outlet)
    outlet.offerText(2, 0, 'behind others')
    const put = readAll().length
    wake.mockClear()
    outlet.retry()
    expect([put, readAll().map(({ type }) => type)]).toEqual([expect.any(Number), [1]])
    for (let count = 0; count < 100; count++) outlet.offerText(2, 0, 'an offer')
    expect([outlet.isFull, read().every(({ text }) => text === 'an offer')]).toEqual([false, true])
  })

  it('lets nothing pass what waits, even if there were room for it', () => {
    const { outlet, read } = setUp()
    const texts = fill(outlet)
    outlet.putSignal(2, 1)
    outlet.putBytes(3, 1, Buffer.from('bytes'))
    // There is room again, but nobody has said so: a record must not take the place of the one before it.
    const before = read(1)
    outlet.putNumber(4, 1, 5)
    expect(outlet.isFull).toBe(true)
    const all = [...before]
    while (all.length < texts.length + 3) {
      outlet.retry()
      const some = read()
      expect(some.length).toBeGreaterThan(0)
      all.push(...some)
    }
    expect(all.map(({ type }) => type)).toEqual([...texts.map(() => 1), 2, 3, 4])
    expect(all.slice(0, texts.length).map(({ text }) => text)).toEqual(texts)
    expect(outlet.isFull).toBe(false)
  })

  it('puts what has room at each retry, and keeps the rest', () => {
    const { outlet, read, readAll } = setUp()
    const texts = fill(outlet)
    for (const text of ['a', 'b', 'c']) outlet.putText(1, 1, text.repeat(24))
    outlet.retry()
    expect(outlet.isFull).toBe(true)
    const before = read(48)
    outlet.retry()
    expect(outlet.isFull).toBe(true)
    const after = readAll()
    outlet.retry()
    expect(outlet.isFull).toBe(false)
    expect([...before, ...after, ...readAll()].map(({ text }) => text)).toEqual([
      ...texts,
      'a'.repeat(24),
      'b'.repeat(24),
      'c'.repeat(24),
    ])
  })

  it('refuses what can never have room at once, not when its turn has come', () => {
    const { outlet, readAll } = setUp()
    const texts = fill(outlet)
    expect(() => outlet.putText(2, 1, 'x'.repeat(25))).toThrow(RangeError)
    expect(() => outlet.putBytes(3, 1, Buffer.alloc(25))).toThrow(RangeError)
    const all = readAll()
    outlet.retry()
    all.push(...readAll())
    expect(all.map(({ text }) => text)).toEqual(texts)
  })

  it('does nothing twice where something that waited has failed', () => {
    const { outlet, readAll } = setUp()
    const texts = fill(outlet)
    outlet.putText(1, 1, 'before')
    outlet.do(() => {
      throw new Error('a fault')
    })
    outlet.putText(1, 1, 'after')
    const all = readAll()
    expect(() => outlet.retry()).toThrow('a fault')
    all.push(...readAll())
    outlet.retry()
    all.push(...readAll())
    expect(all.map(({ text }) => text)).toEqual([...texts, 'before', 'after'])
  })

  it('wakes a reader that sleeps when a retry has put something', () => {
    const { outlet, wake, reader, readAll } = setUp()
    fill(outlet)
    readAll()
    expect(reader.sleep()).toBe(true)
    outlet.retry()
    expect(wake).toHaveBeenCalledOnce()
    expect(readAll()).toHaveLength(1)
  })

  it('shows what was put without a publish of its own', () => {
    const { outlet, readAll } = setUp()
    const texts = fill(outlet)
    const { writer } = outlet
    outlet.do(() => {
      if (writer.reserve(0) < 0) return false
      writer.put(9, 1, 0)
      return true
    })
    readAll()
    outlet.retry()
    expect(readAll().map(({ type }) => type)).toEqual([1, 9])
    expect(texts.length).toBeGreaterThan(1)
  })

  it('keeps the order of what puts more when its turn has come', () => {
    const { outlet, readAll } = setUp()
    fill(outlet)
    outlet.do(() => {
      outlet.putText(2, 1, 'after')
      return true
    })
    outlet.putText(3, 1, 'between')
    readAll()
    outlet.retry()
    expect(readAll().map(({ type }) => type)).toEqual([1, 3, 2])
    expect(outlet.isFull).toBe(false)
  })

  it('does not ask again what has been done', () => {
    const { outlet, readAll } = setUp()
    fill(outlet)
    const put = vi.fn(() => true)
    outlet.do(put)
    expect(put).not.toHaveBeenCalled()
    readAll()
    outlet.retry()
    outlet.retry()
    expect(put).toHaveBeenCalledOnce()
  })

  it('loses nothing and mixes nothing up, whenever the reader comes', () => {
    const step = fc.oneof(
      fc.nat({ max: 24 }).map((size) => ({ kind: 'put', size }) as const),
      fc.integer({ min: 1, max: 200 }).map((limit) => ({ kind: 'read', limit }) as const),
      fc.constant({ kind: 'retry' } as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { outlet, read, readAll } = setUp()
        const expected: string[] = []
        const all: Taken[] = []
        for (const one of steps) {
          if (one.kind === 'read') all.push(...read(one.limit))
          else if (one.kind === 'retry') outlet.retry()
          else {
            expected.push(String.fromCharCode(97 + (expected.length % 26)).repeat(one.size))
            outlet.putText(1, expected.length, expected.at(-1) ?? '')
          }
        }
        do {
          outlet.retry()
          all.push(...readAll())
        } while (outlet.isFull)
        all.push(...readAll())
        expect(all.map(({ text }) => text)).toEqual(expected)
        expect(all.map(({ id }) => id)).toEqual(expected.map((_, index) => index + 1))
      }),
    )
  })
})
