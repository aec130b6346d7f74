import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FakeLiveReplies } from '../../../test/support/live-replies.ts'
import { Watch } from '../watch/watch.ts'
import { turnEvents } from './turn-events.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

it('turnEvents gives a snapshot, then a turn for each that brings something', async () => {
  using live = new FakeLiveReplies()
  const watch = new Watch({ maxReplies: 10, every: 100 })
  const events = turnEvents(watch, new AbortController().signal)
  expect(watch.viewers).toBe(0)
  live.begin('/one')
  expect(await events.next()).toMatchObject({
    value: { event: 'snapshot', data: { live: [{ path: '/one' }] } },
  })
  expect(watch.viewers).toBe(1)
  const next = events.next()
  vi.advanceTimersByTime(300)
  live.begin('/two')
  vi.advanceTimersByTime(100)
  expect(await next).toMatchObject({ value: { event: 'turn', data: { began: [{ path: '/two' }] } } })
  await events.return(undefined)
  expect(watch.viewers).toBe(0)
})

it('G5: turnEvents ends with the signal, while it waits too', async () => {
  const watch = new Watch({ maxReplies: 10, every: 100 })
  const leaving = new AbortController()
  const events = turnEvents(watch, leaving.signal)
  await events.next()
  const next = events.next()
  leaving.abort()
  expect(await next).toEqual({ done: true, value: undefined })
  expect([watch.viewers, vi.getTimerCount()]).toEqual([0, 0])
})
