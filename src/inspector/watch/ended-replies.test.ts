import { expect, it, vi } from 'vitest'
import { FakeLiveReply } from '../../../test/support/create-live-reply.ts'
import type { EndedReply } from '../inspector-event.ts'
import { EndedReplies, type ToEnded } from './ended-replies.ts'
import { toEnded } from './to-ended.ts'
import { toFacts } from './to-facts.ts'

function createEnded(id: number, isOwn = false): EndedReply {
  const reply = new FakeLiveReply()
  const facts = { ...toFacts(reply, { id, startedAt: 0, watchedSince: 0 }), isOwn }
  return toEnded(facts, { reply, outcome: undefined, startedAt: 0 }, { endedAt: id, longestWait: 0 })
}

/** What has ended at a time is numbered by that. */
function open() {
  const make = vi.fn<ToEnded>((_, endedAt) => createEnded(endedAt))
  return { make, ended: new EndedReplies(make) }
}

const idsOf = (list: readonly EndedReply[]) => list.map(({ id }) => id)
const complete = { reply: new FakeLiveReply(), outcome: undefined, startedAt: 0 }
const outcome = { kind: 'failed', error: new Error('expected'), bytes: 0, blocks: 0 } as const
const failed = { ...complete, outcome }

it('EndedReplies lists the last hundred, the newest first, and counts all', () => {
  const { make, ended } = open()
  ended.note(complete, 1)
  expect(make.mock.calls).toEqual([[complete, 1]])
  for (let id = 2; id <= 130; id++) {
    ended.note(complete, id)
    ended.turn()
  }
  expect([ended.count, ended.list.length, idsOf(ended.list)[0], idsOf(ended.list)[99]]).toEqual([
    130, 100, 130, 31,
  ])
})

it('EndedReplies makes out a hundred of a crowd at once, and then twenty a turn', () => {
  const { make, ended } = open()
  const crowd = (turn: number) => {
    make.mockClear()
    for (let id = 1; id <= 1000; id++) ended.note(complete, turn * 1000 + id)
    ended.turn()
    return [make.mock.calls.length, ended.count, idsOf(ended.list)[0]]
  }
  expect([1, 2, 3].map(crowd)).toEqual([
    [100, 1000, 1100],
    [20, 2000, 2020],
    [20, 3000, 3020],
  ])
  for (let turn = 0; turn < 4; turn++) ended.turn()
  expect(crowd(9)).toEqual([100, 4000, 9100])
})

it('EndedReplies makes out what failed in the middle of a crowd, a hundred in a turn', () => {
  const { make, ended } = open()
  for (let id = 1; id <= 500; id++) ended.note(complete, id)
  for (let id = 501; id <= 700; id++) ended.note(failed, id)
  expect([make.mock.calls.length, ended.count, idsOf(ended.list)[0]]).toEqual([200, 700, 600])
  ended.turn()
  ended.note(failed, 701)
  expect(idsOf(ended.list)[0]).toBe(701)
})

it('EndedReplies leaves out what is the inspector’s own', () => {
  const { ended } = open()
  for (const [id, isOwn] of [
    [1, false],
    [2, true],
    [3, false],
  ] as const)
    ended.add(createEnded(id, isOwn))
  expect([idsOf(ended.list), ended.count]).toEqual([[3, 1], 2])
})

it('EndedReplies gives those after a place', () => {
  const { ended } = open()
  ended.add(createEnded(1))
  const { place } = ended
  expect(ended.since(place)).toEqual([])
  for (const id of [2, 3]) ended.add(createEnded(id))
  expect(idsOf(ended.since(place))).toEqual([3, 2])
  expect(idsOf(ended.since(0))).toEqual([3, 2, 1])
  for (let id = 4; id < 200; id++) ended.add(createEnded(id))
  expect(ended.since(place)).toHaveLength(100)
})
