import { describe, expect, it } from 'vitest'
import { sampleEnded, sampleLive } from '../../../../test/inspector/sample-replies.ts'
import type { Snapshot, Turn } from '../../inspector-event.ts'
import { ReplyList } from './reply-list.ts'

const snapshot: Snapshot = {
  now: 2_000,
  process: { pid: 7, worker: null, node: 'v26.10.0', watchedSince: 1_000 },
  totals: { inFlight: 2, unlisted: 0, ended: 1 },
  live: [sampleLive({ id: 1 }), sampleLive({ id: 2 })],
  ended: [sampleEnded({ id: 3 })],
  endedLimit: 3,
}

const nothing: Turn = { now: 2_100, totals: snapshot.totals, began: [], changed: [], gone: [], ended: [] }

function openList(): ReplyList {
  const list = new ReplyList()
  list.start(snapshot)
  return list
}

const idsOf = (replies: Iterable<{ id: number }>): number[] => [...replies].map(({ id }) => id)

describe('ReplyList', () => {
  it('puts what began at the end, and keeps the places of the others when they change', () => {
    const list = openList()
    list.turn({
      ...nothing,
      began: [sampleLive({ id: 4 })],
      changed: [{ id: 1, blocks: 9, awaits: 'client' }],
    })
    expect(idsOf(list.live.values())).toEqual([1, 2, 4])
    expect(list.live.get(1)).toEqual(sampleLive({ id: 1, blocks: 9, awaits: 'client' }))
    expect(list.live.get(2)).toEqual(sampleLive({ id: 2 }))
  })

  it('puts the newest that ended first, and no more than the server keeps', () => {
    const list = openList()
    list.turn({ ...nothing, gone: [1], ended: [sampleEnded({ id: 5 }), sampleEnded({ id: 1 })] })
    expect(idsOf(list.live.values())).toEqual([2])
    expect(idsOf(list.ended)).toEqual([5, 1, 3])
    list.turn({ ...nothing, ended: [sampleEnded({ id: 6 })] })
    expect(idsOf(list.ended)).toEqual([6, 5, 1])
  })

  it('takes what began, changed and has gone within one turn, and the sums', () => {
    const list = openList()
    const totals = { inFlight: 9, unlisted: 7, ended: 4 }
    list.turn({
      ...nothing,
      totals,
      began: [sampleLive({ id: 4 })],
      changed: [{ id: 4, bytes: 5 }],
      gone: [4],
    })
    expect(idsOf(list.live.values())).toEqual([1, 2])
    expect(list.totals).toEqual(totals)
  })

  it('does not take a change of what is not listed for a reply', () => {
    const list = openList()
    list.turn({ ...nothing, changed: [{ id: 99, blocks: 1 }] })
    expect(list.live.has(99)).toBe(false)
  })

  it('forgets everything with a new snapshot, and tells whether another process has sent it', () => {
    const list = new ReplyList()
    expect(list.start(snapshot)).toBe(false)
    expect(list.start({ ...snapshot, live: [sampleLive({ id: 8 })], ended: [] })).toBe(false)
    expect(idsOf(list.live.values())).toEqual([8])
    expect(list.ended).toEqual([])
    expect(list.start({ ...snapshot, process: { ...snapshot.process, pid: 8 } })).toBe(true)
  })
})
