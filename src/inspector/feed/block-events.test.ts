import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeLiveReplies } from '../../../test/support/live-replies.ts'
import { isBlockWatched, tellBlock } from '../../delivery/watching/watch-blocks.ts'
import { Watch } from '../watch/watch.ts'
import { blockEvents } from './block-events.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

function open(live: FakeLiveReplies, signal = new AbortController().signal) {
  const reply = live.begin('/one')
  const watch = new Watch({ maxReplies: 10, every: 100 })
  const leave = watch.join()
  const [listed] = watch.listed
  if (!listed) throw new Error('It is not listed')
  return { reply, watch, leave, events: blockEvents({ watch, listed }, signal) }
}

describe('blockEvents', () => {
  it('gives the blocks from its first event on, then those of each turn that has some, and the end', async () => {
    using live = new FakeLiveReplies()
    const { reply, watch, leave, events } = open(live)
    expect(isBlockWatched(reply)).toBe(false)
    expect(await events.next()).toMatchObject({
      value: { event: 'blocks', data: { id: 1, blocks: [], missed: 0 } },
    })
    expect([watch.viewers, isBlockWatched(reply)]).toEqual([2, true])
    const next = events.next()
    vi.advanceTimersByTime(300)
    tellBlock(reply, 7, 1)
    vi.advanceTimersByTime(100)
    expect(await next).toMatchObject({ value: { event: 'blocks', data: { blocks: [1], bytes: [7] } } })
    tellBlock(reply, 9, 2)
    live.end(reply, { kind: 'failed', error: new Error('expected'), bytes: 9, blocks: 2 })
    expect(await events.next()).toMatchObject({
      value: { event: 'blocks', data: { blocks: [1], bytes: [2] } },
    })
    expect(await events.next()).toMatchObject({ value: { event: 'ended', data: { id: 1, how: 'failed' } } })
    expect(await events.next()).toEqual({ done: true, value: undefined })
    expect(watch.viewers).toBe(1)
    leave()
  })

  it('G5: ends with the signal, and the blocks are not watched any more', async () => {
    using live = new FakeLiveReplies()
    const leaving = new AbortController()
    const { reply, watch, leave, events } = open(live, leaving.signal)
    await events.next()
    const next = events.next()
    leaving.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    expect([watch.viewers, isBlockWatched(reply)]).toEqual([1, false])
    leave()
  })

  it('ends without a word on a reply that nobody has watched to its end', async () => {
    using live = new FakeLiveReplies()
    const { leave, events } = open(live)
    leave()
    expect(await events.next()).toMatchObject({ value: { event: 'blocks' } })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })
})
