import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeLiveReply } from '../../../test/support/create-live-reply.ts'
import { isBlockWatched } from '../../delivery/watching/watch-blocks.ts'
import { ListedReply } from './listed-reply.ts'
import { toEpoch } from './to-facts.ts'

const found = { id: 3, startedAt: 900, watchedSince: 500 }
const clock = vi.spyOn(performance, 'now')

beforeEach(() => void clock.mockReturnValue(1000))
afterEach(() => void clock.mockReset())

function list(change: Partial<FakeLiveReply> = {}) {
  const reply = Object.assign(new FakeLiveReply(), change)
  return { reply, listed: new ListedReply(reply, found, 1000) }
}

describe('ListedReply', () => {
  it('is shown as it is found', () => {
    const { listed } = list()
    expect(listed.shown).toEqual({
      ...listed.facts,
      status: null,
      encoding: null,
      awaits: 'handler',
      awaitsSince: toEpoch(900),
      blocks: 0,
      bytes: 0,
      rate: 0,
      lastBlockAt: null,
      waited: 0,
      longestWait: 0,
    })
  })

  it('is shown as each turn finds it, and as the same object where nothing has changed', () => {
    const { reply, listed } = list()
    const { shown } = listed
    listed.look(1100)
    expect(listed.shown).toBe(shown)
    Object.assign(reply, {
      status: 200,
      encoding: 'gzip',
      awaits: 'block',
      progress: { bytes: 50, blocks: 2 },
    })
    listed.look(1200)
    expect(listed.shown).toMatchObject({
      status: 200,
      encoding: 'gzip',
      awaits: 'block',
      awaitsSince: toEpoch(1200),
      bytes: 50,
      blocks: 2,
      rate: 250,
      lastBlockAt: toEpoch(1200),
    })
    // Now it waits for its third block, and has for as long as there was none.
    listed.look(1300)
    expect(listed.shown).toMatchObject({ awaitsSince: toEpoch(1200), lastBlockAt: toEpoch(1200), rate: 167 })
    reply.progress = { bytes: 60, blocks: 3 }
    listed.look(1400)
    expect(listed.shown).toMatchObject({ awaitsSince: toEpoch(1400), lastBlockAt: toEpoch(1400) })
  })

  it('tells since when the client is waited for, and how long it was', () => {
    const { reply, listed } = list()
    reply.awaits = 'client'
    listed.await(1033)
    listed.await(1040)
    listed.look(1100)
    expect(listed.shown).toMatchObject({ awaits: 'client', awaitsSince: toEpoch(1033), waited: 0 })
    listed.resume(1133)
    listed.resume(1150)
    reply.awaits = 'block'
    listed.look(1200)
    expect(listed.shown).toMatchObject({ awaitsSince: toEpoch(1200), waited: 100, longestWait: 100 })
    listed.await(1210)
    listed.resume(1215)
    listed.look(1300)
    expect(listed.shown).toMatchObject({ waited: 5, longestWait: 100 })
  })

  it('counts a wait that there was when it was found from then on', () => {
    const { reply, listed } = list({ awaits: 'client', progress: { bytes: 1, blocks: 1 } })
    expect(listed.shown).toMatchObject({ awaits: 'client', awaitsSince: toEpoch(1000) })
    listed.resume(1070)
    reply.awaits = 'block'
    listed.look(1100)
    expect(listed.shown).toMatchObject({ waited: 70 })
  })

  it('goes on at another path', () => {
    const { reply, listed } = list()
    reply.path = '/elsewhere'
    listed.redirect()
    listed.look(1100)
    expect(listed.shown).toMatchObject({ id: 3, path: '/elsewhere' })
  })

  it('is over with the longest of its waits, that which was not over included', () => {
    const { reply, listed } = list()
    expect(listed.ended).toBeUndefined()
    listed.await(1020)
    listed.end({ reply, outcome: { kind: 'complete', bytes: 9, blocks: 2 }, startedAt: 900 }, 1050)
    expect(listed.ended).toMatchObject({
      id: 3,
      how: 'complete',
      bytes: 9,
      longestWait: 30,
      endedAt: toEpoch(1050),
    })
  })

  it('notes blocks as long as somebody has chosen it', () => {
    const { reply, listed } = list()
    expect(isBlockWatched(reply)).toBe(false)
    const timeline = listed.choose()
    expect(listed.choose()).toBe(timeline)
    expect(isBlockWatched(reply)).toBe(true)
    listed.await(1010)
    listed.resume(1020)
    expect(timeline.end.waits).toBe(1)
    listed.release()
    expect(isBlockWatched(reply)).toBe(true)
    listed.release()
    expect(isBlockWatched(reply)).toBe(false)
    expect(listed.choose()).not.toBe(timeline)
    listed.end({ reply, outcome: undefined, startedAt: 900 }, 1050)
    expect(isBlockWatched(reply)).toBe(false)
  })

  it('notes no blocks of one that is over when it is chosen', () => {
    const { reply, listed } = list()
    listed.end({ reply, outcome: undefined, startedAt: 900 }, 1050)
    expect(listed.choose().end.points).toBe(0)
    expect(isBlockWatched(reply)).toBe(false)
  })
})
