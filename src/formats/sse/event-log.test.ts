import { expect, it } from 'vitest'
import { type ChannelOptions, toChannelSettings } from './channel-options.ts'
import { EventLog } from './event-log.ts'

function openLog(options: ChannelOptions = {}): EventLog {
  return new EventLog(toChannelSettings(options))
}

function read(log: EventLog, place: number): string {
  return log.read(place).block.toString()
}

it('EventLog gives ids that no other log gives, and keeps those of the application', () => {
  const log = openLog()
  expect(log.add('a')).toMatch(/^[\da-f]{8}-1$/)
  expect(log.add({ data: 'b', id: 'mine' })).toBe('mine')
  expect(log.add({ data: 'c', id: 7 })).toBe('7')
  expect(log.add({ id: 'x', more: 1 })).toMatch(/^[\da-f]{8}-4$/)
  expect(read(log, 1)).toBe(
    `id: mine\ndata: b\n\nid: 7\ndata: c\n\nid: ${log.idOf(4)}\ndata: {"id":"x","more":1}\n\n`,
  )
  expect(openLog().add('a')).not.toBe(openLog().add('a'))
})

it('EventLog gives all that is there from a place on, the same bytes to everybody', () => {
  const log = openLog()
  for (const data of ['a', 'b', 'c']) log.add({ id: data, data })
  const run = log.read(1)
  expect(run.place).toBe(3)
  expect(run.block.toString()).toBe('id: b\ndata: b\n\nid: c\ndata: c\n\n')
  expect(log.read(1).block).toBe(run.block)
  expect(log.read(2).block).toBe(log.read(2).block)
  log.add({ id: 'd', data: 'd' })
  expect(log.read(1).place).toBe(4)
})

it('EventLog gives 64 KiB together at most, or one event', () => {
  const log = openLog({ lag: { bytes: 1e9 }, replay: { bytes: 1e9 } })
  const big = 'x'.repeat(40_000)
  for (const data of ['a', big, big, 'b'.repeat(100_000), 'c']) log.add(data)
  const places = []
  for (let place = 0; place < log.newest; places.push(place)) place = log.read(place).place
  expect(places).toEqual([2, 3, 4, 5])
})

it('EventLog keeps as many events as either limit tells, and the newest in any case', () => {
  const log = openLog({ lag: { events: 2 }, replay: { events: 4 } })
  for (let count = 1; count <= 10; count++) log.add({ id: String(count), data: 'x' })
  expect([log.oldest, log.replayOldest, log.lagOldest, log.newest]).toEqual([7, 7, 9, 10])
  expect(read(log, 6)).toMatch(/^id: 7\n[^]*id: 10\n/)
  expect(() => log.read(5)).toThrow('Cannot read event 6: those from 7 to 10 are here')
  const small = openLog({ lag: { bytes: 20 }, replay: false })
  for (const data of ['a', 'b', 'c'.repeat(100)]) small.add({ data })
  expect([small.oldest, small.replayOldest, small.lagOldest]).toEqual([3, 4, 3])
  const bytes = openLog({ lag: { bytes: 20 }, replay: { bytes: 40 } })
  for (const id of 'abcdefgh') bytes.add({ id, data: id })
  expect(bytes.newest - bytes.lagOldest + 1).toBe(1)
  expect(bytes.newest - bytes.replayOldest + 1).toBe(2)
})

it('EventLog knows the places that can be replayed from, and no other', () => {
  const log = openLog({ replay: { events: 3 } })
  const first = log.idOf(0) ?? ''
  expect(log.placeOf(first)).toBe(0)
  for (const id of ['a', 'b', 'c']) log.add({ id, data: 'x' })
  expect(log.placeOf(first)).toBe(0)
  log.add({ id: 'd', data: 'x' })
  const known = [first, 'a', 'b', 'c', 'd', 'e', ''].map((id) => log.placeOf(id))
  expect(known).toEqual([undefined, 1, 2, 3, 4, undefined, undefined])
  expect([0, 1, 2, 4, 5].map((place) => log.idOf(place))).toEqual([undefined, 'a', 'b', 'd', undefined])
})

it('EventLog takes an id that comes again for its newest place', () => {
  const log = openLog({ replay: { events: 3 } })
  for (const id of ['a', 'b', 'a', 'c', 'd']) log.add({ id, data: 'x' })
  expect([log.placeOf('a'), log.placeOf('b')]).toEqual([3, 2])
  expect([log.idOf(1), log.idOf(3)]).toEqual([undefined, 'a'])
  log.add({ id: 'e', data: 'x' })
  log.add({ id: 'f', data: 'x' })
  expect([log.placeOf('a'), log.placeOf('c')]).toEqual([undefined, 4])
})

it('EventLog keeps nothing of an event that cannot be sent', () => {
  const log = openLog()
  expect(() => log.add({ id: 'a\n', data: 'x' })).toThrow('G12')
  expect(() => log.add({ data: 10n })).toThrow(TypeError)
  expect(log.newest).toBe(0)
  expect(log.add('a')).toMatch(/-1$/)
})

it('EventLog holds a bounded number of events and ids, however many come', () => {
  const log = openLog({ lag: { events: 10 }, replay: { events: 10 } })
  const ids = Array.from({ length: 5000 }, () => log.add('x'))
  expect(ids.filter((id) => log.placeOf(id) !== undefined)).toEqual(ids.slice(-11))
  expect(log.newest - log.oldest + 1).toBe(10)
})

// The best of many runs, in milliseconds: whatever else the machine does is in the others.
function timeAdding(kept: number): number {
  const log = openLog({ lag: { events: 1 }, replay: { events: kept, bytes: Infinity } })
  for (let count = 0; count < kept; count++) log.add('x')
  const times = Array.from({ length: 40 }, () => {
    const start = performance.now()
    for (let count = 0; count < 100; count++) log.add('x')
    return performance.now() - start
  })
  return Math.min(...times)
}

it('EventLog takes an event in the same time, however many it keeps', () => {
  const few = timeAdding(1000)
  expect(timeAdding(50_000)).toBeLessThan(20 * few)
}, 30_000)
