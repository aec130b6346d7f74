import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRing } from '../ring/ring-memory.ts'
import { RingReader } from '../ring/ring-reader.ts'
import { Outlet } from '../thread/outlet.ts'
import { toApplication } from '../thread/records.ts'
import { type Asking, Backlog } from './backlog.ts'

const { request, part, limited } = toApplication

// A ring, whose records have 24 bytes at most unless told, and its other end.
function setUp(size = 256) {
  const memory = createRing(size)
  const outlet = new Outlet(memory, () => {})
  const reader = new RingReader(memory, () => {})
  const told: { type: number; id: number; text: string }[] = []
  const readAll = () => {
    const take = (type: number, id: number, start: number, end: number) =>
      void told.push({ type, id, text: reader.bytes.toString('latin1', start, end) })
    while (reader.read(take)) outlet.retry()
    return told.splice(0)
  }
  return { backlog: new Backlog(outlet), outlet, readAll }
}

const from = (id: number): Asking => ({ id, isTold: false, waiting: undefined })

describe('Backlog', () => {
  it('tells of a request at once where there is room', () => {
    const { backlog, readAll } = setUp()
    const asking = from(7)
    backlog.put(request, asking, 'GET caf\u00e9')
    expect(asking.isTold).toBe(true)
    expect(readAll()).toEqual([{ type: request, id: 7, text: 'GET caf\u00e9' }])
  })

  it('tells of requests of any size, in their order and in parts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 20 }), (sizes) => {
        const { backlog, readAll } = setUp()
        const texts = sizes.map((size, id) => String.fromCodePoint(97 + id).repeat(size))
        for (const [id, text] of texts.entries()) backlog.put(request, from(id), text)
        const whole = texts.map(() => '')
        const ended: number[] = []
        for (const { type, id, text } of readAll()) {
          whole[id] += text
          if (type === request) ended.push(id)
          else expect([type, text.length]).toEqual([part, 24])
        }
        expect(whole).toEqual(texts)
        expect(ended).toEqual([...texts.keys()])
      }),
    )
  })

  it('G10: tells nothing of a request whose client has left before there was room for it', () => {
    const { backlog, outlet, readAll } = setUp()
    while (!outlet.isFull) outlet.putText(limited, 0, 'another')
    const [stays, leaves, alsoLeaves] = [from(1), from(2), from(3)]
    backlog.put(request, stays, 'stays')
    backlog.put(request, leaves, 'leaves')
    backlog.put(request, alsoLeaves, 'x'.repeat(100))
    backlog.drop(leaves)
    backlog.drop(alsoLeaves)
    expect(readAll().filter(({ type }) => type !== limited)).toEqual([
      { type: request, id: 1, text: 'stays' },
    ])
    expect([stays.isTold, leaves.isTold, alsoLeaves.isTold]).toEqual([true, false, false])
  })

  it('tells of all of a request, once it has told of some', () => {
    const { backlog, outlet, readAll } = setUp()
    const leaves = from(1)
    backlog.put(request, leaves, 'x'.repeat(1000))
    expect([leaves.isTold, outlet.isFull]).toEqual([true, true])
    const texts = readAll().map(({ text }) => text)
    expect(texts.join('')).toBe('x'.repeat(1000))
  })

  it('is full while a megabyte waits', () => {
    const { backlog, readAll } = setUp(16_384)
    let count = 0
    for (; !backlog.isFull; count++) backlog.put(request, from(count), 'x'.repeat(10_000))
    expect(count).toBeGreaterThan(100)
    expect(count).toBeLessThan(110)
    readAll()
    expect(backlog.isFull).toBe(false)
  })

  it('G10: has room again when the clients of those that wait have left', () => {
    const { backlog, outlet } = setUp(16_384)
    const all: Asking[] = []
    while (!backlog.isFull) {
      const asking = from(all.length)
      all.push(asking)
      backlog.put(request, asking, 'x'.repeat(10_000))
    }
    for (const asking of all) if (!asking.isTold) backlog.drop(asking)
    expect(backlog.isFull).toBe(false)
    outlet.retry()
    // Those that were told of a part are told of the rest.
    expect(all.filter(({ isTold }) => isTold).length).toBeLessThan(10)
  })
})
