import { expect, it } from 'vitest'
import { Clock } from './clock.ts'

const never = new AbortController().signal

it('Clock ticks at once and then again and again, and counts who watches', async () => {
  const clock = new Clock({ stopping: never, every: 1 })
  const first = clock.ticks(never)
  const second = clock.ticks(never)
  expect((await first.next()).value).toMatch(/^\d\d:\d\d:\d\d {2}tick 0 {2}1 client is watching$/)
  expect((await second.next()).value).toContain('tick 0  2 clients are watching')
  expect((await first.next()).value).toContain('tick 1  2 clients are watching')
  await second.return()
  expect((await first.next()).value).toContain('tick 2  1 client is watching')
  await first.return()
  expect(clock.watching).toBe(0)
})

it('Clock ends while it waits for the next tick when the client leaves', async () => {
  const leaving = new AbortController()
  const clock = new Clock({ stopping: never, every: 3_600_000 })
  const ticks = clock.ticks(leaving.signal)
  await ticks.next()
  const waiting = ticks.next()
  leaving.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(clock.watching).toBe(0)
})

it('Clock says good-bye when the server stops', async () => {
  const stopping = new AbortController()
  const ticks = new Clock({ stopping: stopping.signal, every: 3_600_000 }).ticks(never)
  await ticks.next()
  const waiting = ticks.next()
  stopping.abort()
  expect(await waiting).toEqual({
    done: false,
    value: { event: 'bye', data: 'The server is closing. Good-bye.' },
  })
  expect(await ticks.next()).toEqual({ done: true, value: undefined })
})
