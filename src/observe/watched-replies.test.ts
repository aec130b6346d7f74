import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  blockSent,
  clientAwaited,
  clientResumed,
  firstBlockSent,
  headCommitted,
  replyClosed,
  requestRead,
  requestRedirected,
} from '../delivery/channels.ts'
import { ReplyTimes, type ReplyWatcher, WatchedReplies } from './watched-replies.ts'

const watchings: WatchedReplies<ReplyTimes>[] = []

afterEach(() => {
  for (const watching of watchings.splice(0)) watching.stop()
  vi.restoreAllMocks()
})

function watch(watcher: Partial<ReplyWatcher<ReplyTimes>> = {}): WatchedReplies<ReplyTimes> {
  const watching = new WatchedReplies({
    task: 'watch',
    read: (request) => new ReplyTimes(request),
    closed: () => {},
    ...watcher,
  })
  watchings.push(watching)
  return watching
}

function createReply() {
  return { progress: { bytes: 0, blocks: 0 }, requestField: () => undefined }
}

function read(reply = createReply()) {
  requestRead.publish({ reply, method: 'GET', path: '/', startedAt: performance.now() })
  return reply
}

const outcome = { kind: 'complete', bytes: 0, blocks: 0 }

describe('WatchedReplies', () => {
  it('keep a reply from its request to its close', () => {
    const watching = watch()
    const reply = read()
    expect([...watching.inFlight.keys()]).toEqual([reply])
    replyClosed.publish({ reply, outcome, errors: [] })
    expect(watching.inFlight.size).toBe(0)
  })

  it('do not ask for each block', () => {
    watch()
    expect(blockSent.hasSubscribers).toBe(false)
    expect(headCommitted.hasSubscribers).toBe(false)
  })

  it('tell the first block once', () => {
    const firstBlock = vi.fn()
    watch({ firstBlock })
    const reply = read()
    for (const _ of [1, 2]) firstBlockSent.publish({ reply })
    expect(firstBlock).toHaveBeenCalledTimes(1)
  })

  it('measure the waits for the client, also one that only the close ends', () => {
    let now = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const waits: number[] = []
    let times: ReplyTimes | undefined
    watch({
      resumed: (_times, wait) => void waits.push(wait),
      closed: (closed) => void (times = closed),
    })
    const reply = read()
    const pass = (milliseconds: number) => (now += milliseconds)
    for (const wait of [5, 20]) {
      clientAwaited.publish({ reply })
      pass(wait)
      clientResumed.publish({ reply })
      pass(100)
    }
    clientAwaited.publish({ reply })
    pass(7)
    replyClosed.publish({ reply, outcome, errors: [] })
    expect(waits).toEqual([5, 20, 7])
    expect(times).toMatchObject({ longestWait: 20, waited: 32, startedAt: 1000 })
  })

  it('tell where a request goes on after an internal redirect', () => {
    const redirected = vi.fn()
    watch({ redirected })
    const reply = read()
    requestRedirected.publish({ reply, path: '/new' })
    expect(redirected).toHaveBeenCalledWith(expect.any(ReplyTimes), expect.objectContaining({ path: '/new' }))
  })

  it('leave replies alone that began before, and those of other hosts', () => {
    const closed = vi.fn()
    const firstBlock = vi.fn()
    const watching = watch({ closed, firstBlock })
    const reply = {}
    for (const one of [firstBlockSent, clientAwaited, clientResumed, requestRedirected])
      one.publish({ reply })
    replyClosed.publish({ reply, outcome, errors: [] })
    expect(closed).not.toHaveBeenCalled()
    expect(firstBlock).not.toHaveBeenCalled()
    expect(watching.inFlight.size).toBe(0)
  })

  it('hear and keep nothing when they are stopped', () => {
    const closed = vi.fn()
    const watching = watch({ closed })
    const reply = read()
    watching.stop()
    replyClosed.publish({ reply, outcome, errors: [] })
    expect(watching.inFlight.size).toBe(0)
    expect(closed).not.toHaveBeenCalled()
    const channels = [
      requestRead,
      requestRedirected,
      firstBlockSent,
      clientAwaited,
      clientResumed,
      replyClosed,
    ]
    expect(channels.map(({ hasSubscribers }) => hasSubscribers)).toEqual(channels.map(() => false))
  })

  it('warn once of a watcher that throws, and go on', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const cause = new Error('expected')
    const watching = watch({
      closed: () => {
        throw cause
      },
    })
    for (const _ of [1, 2]) replyClosed.publish({ reply: read(), outcome, errors: [] })
    expect(warn.mock.calls).toMatchObject([[{ message: 'Cannot watch: expected', cause }]])
    expect(watching.inFlight.size).toBe(0)
  })
})
