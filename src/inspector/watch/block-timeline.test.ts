import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeLiveReply } from '../../../test/support/create-live-reply.ts'
import { isBlockWatched, tellBlock } from '../../delivery/watching/watch-blocks.ts'
import { BlockTimeline } from './block-timeline.ts'
import { toEpoch } from './to-facts.ts'

const clock = vi.spyOn(performance, 'now')

beforeEach(() => void clock.mockReturnValue(1000))
afterEach(() => void clock.mockReset())

const none = { points: 0, waits: 0, awaitedAt: 0 }

function open(awaitedAt = 0) {
  const reply = new FakeLiveReply()
  reply.progress = { bytes: 10, blocks: 1 }
  const timeline = new BlockTimeline(reply, awaitedAt)
  const counts = { bytes: 10, blocks: 1 }
  /** A block of so many bytes is taken at a time. */
  const take = (at: number, bytes: number): void => {
    clock.mockReturnValue(at)
    counts.bytes += bytes
    counts.blocks++
    tellBlock(reply, counts.bytes, counts.blocks)
  }
  return { reply, timeline, take }
}

describe('BlockTimeline', () => {
  it('notes each block with its time and size, from when it was opened', () => {
    const { timeline, take } = open()
    expect(timeline.end).toEqual(none)
    take(1010, 5)
    take(1020.5, 7)
    expect(timeline.readFrom(none)).toEqual({
      run: {
        at: [toEpoch(1010), toEpoch(1020.5)],
        blocks: [1, 1],
        bytes: [5, 7],
        missed: 0,
        waits: [],
        waitsSince: null,
      },
      place: { points: 2, waits: 0, awaitedAt: 0 },
    })
  })

  it('joins blocks of one millisecond, but never to what was read already', () => {
    const { timeline, take } = open()
    for (const at of [1010, 1010.3, 1010.99]) take(at, 5)
    take(1011, 5)
    const { run, place } = timeline.readFrom(none)
    expect(run).toMatchObject({ at: [toEpoch(1010), toEpoch(1011)], blocks: [3, 1], bytes: [15, 5] })
    take(1011.2, 9)
    expect(timeline.readFrom(place).run).toMatchObject({ at: [toEpoch(1011.2)], blocks: [1], bytes: [9] })
  })

  it('keeps the last 4,096 points, and tells how many a reader has missed', () => {
    const { timeline, take } = open()
    for (let block = 1; block <= 5000; block++) take(1000 + block, block)
    const { run, place } = timeline.readFrom({ ...none, points: 100 })
    expect([run.at.length, run.missed, run.bytes[0], run.bytes.at(-1)]).toEqual([4096, 804, 905, 5000])
    take(6001, 1)
    expect(timeline.readFrom(place).run).toMatchObject({ bytes: [1], missed: 0 })
  })

  it('tells waits for the client, those that are over and that which is not', () => {
    const { timeline } = open(990)
    expect(timeline.readFrom(none).run).toMatchObject({ waits: [], waitsSince: toEpoch(990) })
    timeline.resume(1005)
    timeline.await(1020)
    const { run, place } = timeline.readFrom(none)
    expect(run).toMatchObject({ waits: [[toEpoch(990), toEpoch(1005)]], waitsSince: toEpoch(1020) })
    expect(timeline.readFrom(place).run).toMatchObject({ waits: [], waitsSince: toEpoch(1020) })
    timeline.resume(1030)
    expect(timeline.readFrom(place).run).toMatchObject({
      waits: [[toEpoch(1020), toEpoch(1030)]],
      waitsSince: null,
    })
  })

  it('keeps the last 512 waits', () => {
    const { timeline } = open()
    for (let wait = 1; wait <= 600; wait++) {
      timeline.await(1000 + wait)
      timeline.resume(1000.5 + wait)
    }
    expect(timeline.readFrom(none).run.waits).toHaveLength(512)
    expect(timeline.readFrom(none).run.waits.at(-1)).toEqual([toEpoch(1600), toEpoch(1600.5)])
  })

  it('takes no more blocks when it was stopped, and can still be read', () => {
    const { reply, timeline, take } = open()
    take(1010, 5)
    timeline.stop()
    expect(isBlockWatched(reply)).toBe(false)
    take(1020, 5)
    expect(timeline.readFrom(none).run.bytes).toEqual([5])
  })
})
