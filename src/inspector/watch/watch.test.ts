import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeLiveReplies } from '../../../test/support/live-replies.ts'
import * as channels from '../../delivery/channels.ts'
import { clientAwaited, clientResumed, requestRedirected } from '../../delivery/channels.ts'
import { markOwn } from '../is-own.ts'
import { Watch } from './watch.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const done = { kind: 'complete', bytes: 1, blocks: 1 } as const
const pathsOf = (watch: Watch) => Array.from(watch.listed, ({ shown }) => shown.path)
const channelNames = Object.keys(channels)

/** The channels that somebody listens to, but for that which servers do. */
function watchedChannels(): string[] {
  const all = Object.entries(channels).filter(([, channel]) => channel.hasSubscribers)
  return all.map(([name]) => name).filter((name) => name !== 'repliesCalled')
}

describe('Watch, with nobody looking on', () => {
  it('listens to nothing, and has no timer', () => {
    using live = new FakeLiveReplies()
    const watch = new Watch({ maxReplies: 10, every: 100 })
    expect(channelNames).toContain('replyOver')
    expect(watchedChannels()).toEqual([])
    const leave = [watch.join(), watch.join()]
    expect(watchedChannels().toSorted()).toEqual([
      'clientAwaited',
      'clientResumed',
      'replyOver',
      'requestRedirected',
    ])
    expect(vi.getTimerCount()).toBe(1)
    leave[0]?.()
    leave[0]?.()
    expect([watch.viewers, vi.getTimerCount()]).toEqual([1, 1])
    leave[1]?.()
    expect([watch.viewers, vi.getTimerCount()]).toEqual([0, 0])
    expect(watchedChannels()).toEqual([])
    expect(live.calls).toBe(1)
  })

  it('lets go of the replies in flight, and keeps those that ended', () => {
    using live = new FakeLiveReplies()
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    live.begin('/lives')
    live.end(live.begin('/ends'), done)
    watch.turn()
    const [listed] = watch.listed
    leave()
    expect([...watch.listed]).toEqual([])
    expect(listed?.isListed).toBe(false)
    expect(watch.ended.list.map(({ path }) => path)).toEqual(['/ends'])
    const back = watch.join()
    expect([watch.ended.count, pathsOf(watch)]).toEqual([1, ['/lives']])
    back()
  })
})

describe('Watch', () => {
  it('finds the replies that there are at once, and later ones by its turns, ten a second', () => {
    using live = new FakeLiveReplies(4)
    live.begin('/old')
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    expect(pathsOf(watch)).toEqual(['/old'])
    expect(watch.inspected).toMatchObject({ pid: process.pid, worker: 4, node: process.version })
    live.begin('/new')
    vi.advanceTimersByTime(99)
    expect(pathsOf(watch)).toEqual(['/old'])
    vi.advanceTimersByTime(1)
    expect(pathsOf(watch)).toEqual(['/old', '/new'])
    expect(Array.from(watch.listed, ({ shown }) => shown.isOlder)).toEqual([true, false])
    expect(Array.from(watch.listed, ({ id }) => watch.find(id)?.id)).toEqual([1, 2])
    expect(watch.find(3)).toBeUndefined()
    leave()
  })

  it('lists no more than it is told, says how many more there are, and goes on to them', () => {
    using live = new FakeLiveReplies()
    const replies = ['/1', '/2', '/3', '/4'].map((path) => live.begin(path))
    const watch = new Watch({ maxReplies: 2, every: 100 })
    const leave = watch.join()
    expect([pathsOf(watch), watch.totals]).toEqual([['/1', '/2'], { inFlight: 4, unlisted: 2, ended: 0 }])
    const { walks } = live
    watch.turn()
    // There is no room: they are counted, and not looked through.
    expect(live.walks).toBe(walks)
    for (const reply of replies.slice(0, 1)) live.end(reply, done)
    watch.turn()
    expect([pathsOf(watch), watch.totals]).toEqual([['/2', '/3'], { inFlight: 3, unlisted: 1, ended: 1 }])
    for (const reply of replies.slice(1)) live.end(reply, done)
    watch.turn()
    expect([pathsOf(watch), watch.totals]).toEqual([[], { inFlight: 0, unlisted: 0, ended: 4 }])
    leave()
  })

  it('looks through no replies where it knows all of them', () => {
    using live = new FakeLiveReplies()
    live.begin()
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    const { walks } = live
    watch.turn()
    expect(live.walks).toBe(walks)
    leave()
  })

  it('tells of replies that were shorter than a turn when they have ended', () => {
    using live = new FakeLiveReplies()
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    const reply = Object.assign(live.begin('/short'), { status: 200, progress: { bytes: 5, blocks: 1 } })
    live.end(reply)
    watch.turn()
    expect(watch.ended.list).toMatchObject([{ path: '/short', how: 'complete', bytes: 5, isOlder: false }])
    expect(pathsOf(watch)).toEqual([])
    leave()
  })

  it('counts its own replies in flight, and not among those that ended', () => {
    using live = new FakeLiveReplies()
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    const own = live.begin('/inspect/')
    markOwn(own.context)
    watch.turn()
    expect([watch.totals.inFlight, [...watch.listed][0]?.facts.isOwn]).toEqual([1, true])
    live.end(own, done)
    watch.turn()
    expect([watch.ended.list, watch.totals.ended]).toEqual([[], 0])
    leave()
  })

  it('notes waits and redirects of listed replies as they come', () => {
    using live = new FakeLiveReplies()
    const reply = live.begin('/from')
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    clientAwaited.publish({ reply })
    clientAwaited.publish({ reply: {} })
    clientResumed.publish({ reply })
    reply.path = '/to'
    requestRedirected.publish({ reply })
    watch.turn()
    expect(pathsOf(watch)).toEqual(['/to'])
    live.end(reply, done)
    watch.turn()
    expect(watch.ended.list[0]?.longestWait).toBeGreaterThanOrEqual(0)
    leave()
  })

  it('nextTurn resolves after the next turn, or with the signal', async () => {
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const leave = watch.join()
    const { signal } = new AbortController()
    const log: string[] = []
    const turned = watch.nextTurn(signal).then(() => log.push('turned'))
    await Promise.resolve()
    expect(log).toEqual([])
    watch.turn()
    await turned
    const leaving = new AbortController()
    const left = watch.nextTurn(leaving.signal)
    leaving.abort()
    await left
    await watch.nextTurn(leaving.signal)
    const stopped = watch.nextTurn(signal)
    leave()
    await stopped
  })

  it('hurts no reply by a fault of its own: one warning tells of it', () => {
    using live = new FakeLiveReplies()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const watch = new Watch({ maxReplies: 10, every: 100 })
    const reply = live.begin()
    const leave = watch.join()
    for (const _ of [1, 2]) {
      const broken = live.begin()
      broken.toRequest = () => {
        throw new Error('expected')
      }
      vi.advanceTimersByTime(100)
    }
    live.end(reply, done)
    leave()
    expect(warn.mock.calls.map(([warning]) => String(warning))).toEqual([
      'Error: Cannot inspect replies: expected',
    ])
  })
})
