import { expect, it, vi } from 'vitest'
import { type ChannelOptions, toChannelSettings } from './channel-options.ts'
import { ChannelReader, type ChannelState } from './channel-reader.ts'
import { EventLog } from './event-log.ts'
import { ParkedReaders } from './parked-readers.ts'

function openState(options: ChannelOptions = {}): ChannelState {
  const settings = toChannelSettings(options)
  return {
    settings,
    log: new EventLog(settings),
    parked: new ParkedReaders(),
    live: new Set(),
    isClosed: false,
  }
}

function add(state: ChannelState, ...ids: string[]): void {
  for (const id of ids) state.log.add({ id, data: id })
  state.parked.wake()
}

function toEvents(...ids: string[]): string {
  return ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join('')
}

async function read(reader: ChannelReader): Promise<string | undefined> {
  const step = await reader.next()
  return step.done ? undefined : step.value.toString()
}

it('ChannelReader gives its preface, then what there is, then waits', async () => {
  const state = openState()
  add(state, 'a', 'b')
  const reader = new ChannelReader(state, { place: 1, preface: 'id: a\n\n' })
  expect(state.live.size).toBe(0)
  expect(await read(reader)).toBe('id: a\n\n')
  expect(state.live.size).toBe(1)
  expect(await read(reader)).toBe(toEvents('b'))
  const waiting = read(reader)
  add(state, 'c', 'd')
  expect(await waiting).toBe(toEvents('c', 'd'))
})

it('ChannelReader tells how many events it has left out, and goes on with the oldest that is left', async () => {
  const state = openState({ lag: { events: 2 } })
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  add(state, 'a', 'b', 'c', 'd', 'e')
  expect(await read(reader)).toBe('event: missed\ndata: 3\n\n')
  expect(await read(reader)).toBe(toEvents('d', 'e'))
  add(state, 'f', 'g')
  expect(await read(reader)).toBe(toEvents('f', 'g'))
})

it('ChannelReader gives the newest event alone by the policy latest', async () => {
  const state = openState({ policy: 'latest' })
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  add(state, 'a')
  expect(await read(reader)).toBe(toEvents('a'))
  add(state, 'b', 'c', 'd')
  expect(await read(reader)).toBe(toEvents('d'))
})

it('ChannelReader ends by the policy disconnect', async () => {
  const state = openState({ policy: 'disconnect', lag: { events: 2 } })
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  add(state, 'a', 'b')
  expect(await read(reader)).toBe(toEvents('a', 'b'))
  add(state, 'c', 'd', 'e')
  expect(await read(reader)).toBeUndefined()
  expect(await read(reader)).toBeUndefined()
  expect(state.live.size).toBe(0)
})

it('ChannelReader replays what was there when it came, however far behind that is', async () => {
  const state = openState({ lag: { events: 1 }, replay: { events: 5 } })
  add(state, 'a', 'b', 'c', 'd', 'e')
  const reader = new ChannelReader(state, { place: 1, preface: '' })
  expect(await read(reader)).toBe(toEvents('b', 'c', 'd', 'e'))
  add(state, 'f', 'g')
  expect(await read(reader)).toBe('event: missed\ndata: 1\n\n')
  expect(await read(reader)).toBe(toEvents('g'))
})

it('ChannelReader is behind when what it was to replay is gone before it was read', async () => {
  const state = openState({ lag: { events: 1 }, replay: { events: 3 } })
  add(state, 'a', 'b', 'c')
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  add(state, 'd')
  expect(await read(reader)).toBe('event: missed\ndata: 1\n\n')
  expect(await read(reader)).toBe(toEvents('b', 'c', 'd'))
})

it('ChannelReader ends after what was sent when the channel is closed', async () => {
  const state = openState()
  const behind = new ChannelReader(state, { place: 0, preface: '' })
  add(state, 'a')
  const waiting = new ChannelReader(state, { place: 1, preface: '' })
  const waited = read(waiting)
  state.isClosed = true
  state.parked.wake()
  expect(await waited).toBeUndefined()
  expect(await read(behind)).toBe(toEvents('a'))
  expect(await read(behind)).toBeUndefined()
  expect(state.live.size).toBe(0)
})

it('G5: ChannelReader that is closed while it waits holds nothing any more', async () => {
  const state = openState()
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  const waited = read(reader)
  reader.return()
  expect(await waited).toBeUndefined()
  await reader.close()
  add(state, 'a')
  expect(await read(reader)).toBeUndefined()
  expect(state.live.size).toBe(0)
})

it('ChannelReader gives what was sent before the block with which it is to end', async () => {
  const state = openState()
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  const waiting = reader.next()
  add(state, 'a', 'b')
  expect(reader.endWith('bye')).toEqual([Buffer.from(toEvents('a', 'b')), 'bye'])
  reader.return()
  expect((await waiting).done).toBe(true)
  expect(new ChannelReader(state, { place: 2, preface: ':\n\n' }).endWith('bye')).toEqual([
    Buffer.from(':\n\n'),
    'bye',
  ])
})

it('ChannelReader tells that what it has given leaves later, with its place', async () => {
  const state = openState()
  add(state, 'a', 'b')
  const keep = vi.spyOn(state.parked, 'keep')
  const reader = new ChannelReader(state, { place: 0, preface: '' })
  await read(reader)
  const work = Promise.resolve()
  reader.leavesAfter(work)
  expect(keep.mock.calls).toEqual([[reader, 2, work]])
})
