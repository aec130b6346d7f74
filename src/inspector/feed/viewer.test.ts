import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeLiveReplies } from '../../../test/support/live-replies.ts'
import { markOwn } from '../is-own.ts'
import { Watch } from '../watch/watch.ts'
import { Viewer } from './viewer.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const done = { kind: 'complete', bytes: 1, blocks: 1 } as const

function open(live: FakeLiveReplies, limit = 10) {
  live.begin('/old')
  const watch = new Watch({ maxReplies: limit, every: 100 })
  watch.join()
  const viewer = new Viewer(watch)
  const turn = () => {
    watch.turn()
    return viewer.turn()
  }
  return { watch, viewer, turn }
}

describe('Viewer', () => {
  it('tells all there is, then nothing as long as nothing changes', () => {
    using live = new FakeLiveReplies()
    const { watch, viewer, turn } = open(live)
    live.end(live.begin('/ended'), done)
    watch.turn()
    expect(viewer.snapshot()).toMatchObject({
      process: { pid: process.pid, worker: null },
      totals: { inFlight: 1, unlisted: 0, ended: 1 },
      live: [{ id: 1, path: '/old' }],
      ended: [{ path: '/ended' }],
      endedLimit: 100,
    })
    expect(turn()).toBeUndefined()
  })

  it('tells what began, what has changed, what has gone and what has ended', () => {
    using live = new FakeLiveReplies()
    const { viewer, turn } = open(live)
    viewer.snapshot()
    const one = live.begin('/one')
    expect(turn()).toMatchObject({ began: [{ id: 2, path: '/one' }], changed: [], gone: [], ended: [] })
    one.status = 200
    expect(turn()).toMatchObject({ began: [], changed: [{ id: 2, status: 200 }], gone: [], ended: [] })
    live.end(one, done)
    const last = turn()
    expect(last).toMatchObject({ began: [], changed: [], gone: [2], ended: [{ id: 2, how: 'complete' }] })
    expect(last?.totals).toEqual({ inFlight: 1, unlisted: 0, ended: 1 })
    expect(turn()).toBeUndefined()
  })

  it('tells of a change what is new, and nothing else', () => {
    using live = new FakeLiveReplies()
    const { viewer, turn } = open(live)
    const one = live.begin('/one')
    turn()
    viewer.snapshot()
    one.encoding = 'br'
    expect(turn()?.changed).toEqual([{ id: 2, encoding: 'br' }])
  })

  it('tells one that reads slowly all of it at once, and no more than there is', () => {
    using live = new FakeLiveReplies()
    const { watch, viewer } = open(live)
    viewer.snapshot()
    const one = live.begin('/one')
    watch.turn()
    one.status = 200
    for (let count = 0; count < 300; count++) {
      live.end(live.begin(`/${count}`), done)
      watch.turn()
    }
    live.end(one, done)
    live.begin('/two')
    watch.turn()
    const turn = viewer.turn()
    expect(turn).toMatchObject({ began: [{ path: '/two' }], changed: [], gone: [] })
    expect([turn?.ended.length, turn?.ended[0]?.path, turn?.totals.ended]).toEqual([100, '/one', 301])
  })

  it('tells how many are not listed', () => {
    using live = new FakeLiveReplies()
    const { viewer, turn } = open(live, 1)
    viewer.snapshot()
    live.begin()
    expect(turn()).toMatchObject({ began: [], totals: { inFlight: 2, unlisted: 1 } })
  })

  it('tells what the inspector’s own replies do with other news, and never for itself', () => {
    using live = new FakeLiveReplies()
    const { viewer, turn } = open(live)
    const [own, other] = [live.begin('/inspect/events'), live.begin('/other')]
    markOwn(own.context)
    turn()
    viewer.snapshot()
    own.progress = { bytes: 5, blocks: 1 }
    expect(turn()).toBeUndefined()
    other.status = 200
    expect(turn()?.changed).toMatchObject([
      { id: 2, bytes: 5 },
      { id: 3, status: 200 },
    ])
    live.end(own, done)
    expect(turn()).toMatchObject({ gone: [2], ended: [] })
  })
})
