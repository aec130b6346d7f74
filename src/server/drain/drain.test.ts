import { afterEach, describe, expect, it, vi } from 'vitest'
import { Draining, ShuttingDown } from '../../delivery/errors.ts'
import { settle } from '../../../test/support/start-pump.ts'
import { createContext } from '../../../test/support/create-context.ts'
import { Drain, type DrainedReply } from './drain.ts'

type Told = ReturnType<typeof vi.fn<() => void>>

function createReply(path = '/'): DrainedReply & { drain: Told; askLast: Told } {
  return {
    slot: -1,
    progress: { bytes: 3, blocks: 1 },
    outcome: undefined,
    describe: () => ({ method: 'GET', path, protocol: 'HTTP/1.1' }),
    drain: vi.fn<() => void>(),
    askLast: vi.fn<() => void>(),
    abort: vi.fn<(reason: ShuttingDown) => void>(),
  }
}

describe('Drain', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('tells every live reply once, and none that is over; asks a turn later who goes on', async () => {
    // However slow the machine is, telling takes no time.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const drain = new Drain()
    const [one, two, three] = [createReply(), createReply(), createReply()] as const
    for (const reply of [one, two, three]) drain.add(reply)
    drain.remove(two)
    expect(drain.reason).toBeUndefined()
    drain.begin()
    drain.begin()
    expect(drain.reason).toBeInstanceOf(Draining)
    const count = (name: 'drain' | 'askLast') =>
      [one, two, three].map((reply) => reply[name].mock.calls.length)
    expect([count('drain'), count('askLast')]).toEqual([
      [1, 0, 1],
      [0, 0, 0],
    ])
    // It has ended by itself.
    drain.remove(one)
    await settle()
    expect([count('drain'), count('askLast')]).toEqual([
      [1, 0, 1],
      [0, 0, 1],
    ])
  })

  it('uses places again, and forgets a reply once', () => {
    const drain = new Drain()
    const [one, two] = [createReply(), createReply()] as const
    drain.add(one)
    drain.remove(one)
    drain.remove(one)
    drain.add(two)
    drain.add(one)
    expect([one.slot, two.slot]).toEqual([1, 0])
  })

  it('tells its live replies, how many they are and when each has begun', () => {
    const drain = new Drain()
    const [one, two, three] = [createReply(), createReply(), createReply()] as const
    const before = performance.now()
    for (const reply of [one, two, three]) drain.add(reply)
    drain.remove(two)
    expect(drain.count).toBe(2)
    expect([...drain].map(([reply]) => reply)).toEqual([one, three])
    expect([...drain].map(([, startedAt]) => startedAt)).toEqual([drain.startOf(one), drain.startOf(three)])
    expect(drain.startOf(one)).toBeGreaterThanOrEqual(before)
    expect(drain.startOf(two)).toBe(0)
  })

  it('takes a reply for as old as its request', () => {
    const drain = new Drain()
    const reply = createReply()
    drain.add(reply, 5)
    expect(drain.startOf(reply)).toBe(5)
  })

  it('counts what becomes of replies from then on', () => {
    const drain = new Drain()
    const replies = Array.from({ length: 7 }, (_, index) => createReply(`/${index}`))
    for (const reply of replies) drain.add(reply)
    const [before, ended, plain, last, gone, failed, late] = replies
    const counts = { bytes: 7, blocks: 2 }
    if (before) drain.remove(before)
    drain.begin()
    if (ended) drain.remove(ended, { kind: 'complete', ...counts })
    if (plain) drain.remove(plain)
    if (last) drain.remove(last, { kind: 'complete', isDrained: true, ...counts })
    if (gone) drain.remove(gone, { kind: 'client-gone', ...counts })
    if (failed) drain.remove(failed, { kind: 'failed', ...counts })
    if (late) drain.remove(late, { kind: 'shutdown', ...counts })
    expect(drain.report).toEqual({
      ended: 3,
      lastBlocks: 1,
      broken: 2,
      aborted: [
        { method: 'GET', path: '/6', protocol: 'HTTP/1.1', ...counts, milliseconds: expect.any(Number) },
      ],
      milliseconds: expect.any(Number),
    })
  })

  it('gives others their turn while it tells thousands', async () => {
    const drain = new Drain()
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 3))
    const replies = Array.from({ length: 5 }, () => createReply())
    for (const reply of replies) drain.add(reply)
    drain.begin()
    const told = () => replies.filter((reply) => reply.drain.mock.calls.length === 1).length
    expect(told()).toBe(1)
    // One that is over meanwhile is not told.
    const [, , third] = replies
    if (third) drain.remove(third)
    for (let turn = 0; turn < 4; turn++) await settle()
    expect(told()).toBe(4)
  })

  it('resolves when no reply is left', async () => {
    const drain = new Drain()
    await drain.whenEmpty()
    const reply = createReply()
    drain.add(reply)
    const empty = drain.whenEmpty()
    drain.remove(reply)
    await empty
  })

  it('counts what is given up as broken off, or as what it has come to, and not again when it is over', () => {
    const drain = new Drain()
    const [ended, stuck] = [createReply(), createReply('/stuck')]
    const closing = { ...createReply(), outcome: { kind: 'complete', bytes: 1, blocks: 1 } as const }
    for (const reply of [ended, stuck, closing]) drain.add(reply)
    drain.begin()
    drain.remove(ended)
    drain.giveUp()
    for (const reply of [stuck, closing]) drain.remove(reply, { kind: 'failed', bytes: 9, blocks: 9 })
    expect(drain.report).toMatchObject({
      ended: 2,
      broken: 0,
      aborted: [{ path: '/stuck', bytes: 3, blocks: 1 }],
    })
    expect(drain.count).toBe(0)
  })

  it('breaks every reply off', () => {
    const drain = new Drain()
    const reply = createReply()
    drain.add(reply)
    const reason = new ShuttingDown('Cannot finish the reply')
    drain.abort(reason)
    expect(reply.abort).toHaveBeenCalledExactlyOnceWith(reason)
  })

  it('takes the last block of the reply, then that of the server, and reports what fails', () => {
    const drain = new Drain()
    const context = createContext('GET', '/x')
    const reported: unknown[] = []
    const take = (own?: () => string | undefined) =>
      drain.takeLastBlock(own, context, (error) => reported.push(error))
    expect(take()).toBeUndefined()
    drain.lastBlock = ({ path }) => `of ${path}`
    expect(take()).toBe('of /x')
    expect(take(() => undefined)).toBe('of /x')
    expect(take(() => '')).toBe('')
    const error = new Error('no paper')
    const fails = () => {
      throw error
    }
    expect(take(fails)).toBeUndefined()
    const [wrong] = JSON.parse('[7]')
    drain.lastBlock = () => wrong
    expect(take()).toBeUndefined()
    expect(reported).toEqual([error, expect.any(TypeError)])
  })
})
