import { afterEach, describe, expect, it } from 'vitest'
import { Gate } from '../../test/support/gate.ts'
import { openTestServer, type TestServer } from '../../test/support/test-server.ts'
import type { Context } from '../context/context.ts'
import {
  type LiveReplies,
  type LiveReply,
  type OverMoment,
  repliesCalled,
  replyOver,
} from '../delivery/channels.ts'
import type { Handler } from '../gateway/handler.ts'
import { internalRedirect } from '../reply/http-error.ts'
import { reply, stream } from '../reply/reply.ts'

const stops: (() => void)[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function isOver(message: unknown): message is OverMoment<Context> {
  return typeof message === 'object' && message !== null && 'startedAt' in message
}

/** Those that are over from here on; `next` resolves to each in turn. */
function noteOver(): { next: () => Promise<OverMoment<Context>> } {
  const list: OverMoment<Context>[] = []
  let wake = Promise.withResolvers<void>()
  const listener = (message: unknown): void => {
    if (isOver(message)) list.push(message)
    wake.resolve()
    wake = Promise.withResolvers()
  }
  replyOver.subscribe(listener)
  stops.push(() => void replyOver.unsubscribe(listener))
  const next = async (): Promise<OverMoment<Context>> => {
    const first = list.shift()
    if (first) return first
    await wake.promise
    return next()
  }
  return { next }
}

function callReplies(): LiveReply[] {
  const replies: LiveReply[] = []
  const take = (answer: LiveReplies) => void replies.push(...Array.from(answer, ([live]) => live))
  repliesCalled.publish({ take })
  return replies
}

/** The live replies as soon as there are any. */
async function untilLive(): Promise<LiveReply[]> {
  for (;;) {
    const replies = callReplies()
    if (replies.length > 0) return replies
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function openOne(handler: Handler): Promise<TestServer> {
  return await openTestServer({ routes: { '/x/:id': handler } })
}

describe('Exchange as a live reply', () => {
  it('tells whom it waits for, from the handler to the end, and what its head says', async () => {
    const answer = Promise.withResolvers<Response>()
    const called = Promise.withResolvers<void>()
    const gate = new Gate()
    await using server = await openOne(() => {
      called.resolve()
      return answer.promise
    })
    const over = noteOver()
    const client = server.client()
    client.get('/x/1?secret')
    await called.promise
    const [live] = callReplies()
    expect(live).toMatchObject({ awaits: 'handler', status: undefined, encoding: undefined })
    expect(live?.toRequest()).toMatchObject({
      method: 'GET',
      path: '/x/1',
      route: '/x/:id',
      protocol: expect.stringMatching(/^HTTP\/[12]/),
    })
    answer.resolve(stream(gate, { status: 201, headers: { 'content-encoding': 'x-test' } }))
    await gate.whenAsked(1)
    expect(live).toMatchObject({ awaits: 'first-block', status: undefined })
    gate.open('one')
    await gate.whenAsked(2)
    expect(live).toMatchObject({ awaits: 'block', status: 201, encoding: 'x-test' })
    expect(live?.progress).toEqual({ bytes: 3, blocks: 1 })
    gate.end()
    const moment = await over.next()
    expect(moment).toMatchObject({ outcome: { kind: 'complete', bytes: 3, blocks: 1 } })
    expect(moment.reply).toBe(live)
    expect(live?.awaits).toBe('close')
    expect(moment.startedAt).toBeGreaterThan(0)
    expect(moment.startedAt).toBeLessThanOrEqual(performance.now())
    expect(callReplies()).toEqual([])
  })

  it('is over without an outcome where text went out the short way, and has left at once', async () => {
    await using server = await openTestServer({ routes: { '/x/:id': () => 'tëxt' } }, 'HTTP/1.1')
    const over = noteOver()
    const client = server.client()
    client.get('/x/1')
    expect((await client.reply()).text).toBe('tëxt')
    const { outcome, reply: live } = await over.next()
    expect(outcome).toBeUndefined()
    expect(live).toMatchObject({ status: 200, encoding: undefined, progress: { bytes: 5, blocks: 1 } })
  })

  it('lives until text has left that is held, and is over with an outcome', async () => {
    await using server = await openTestServer(
      { transmitter: 'inline', routes: { '/x/:id': () => 'x'.repeat(1 << 25) } },
      'HTTP/1.1',
    )
    const over = noteOver()
    const client = server.client()
    client.get('/x/1')
    client.pause()
    const [live] = await untilLive()
    expect(live).toMatchObject({ status: 200, awaits: 'client', progress: { bytes: 1 << 25, blocks: 1 } })
    client.resume()
    expect(await over.next()).toMatchObject({ reply: live, outcome: { kind: 'complete', bytes: 1 << 25 } })
    client.get('/x/1')
    client.pause()
    await untilLive()
    client.leave()
    expect(await over.next()).toMatchObject({ outcome: { kind: 'client-gone' } })
    expect(server.reported).toEqual([])
  })

  it('is over as the channel tells it, where it was refused or has gone elsewhere', async () => {
    await using server = await openTestServer({
      routes: {
        '/throws': () => {
          throw new Error('expected')
        },
        '/there': () => reply('there'),
        '/elsewhere': () => {
          throw internalRedirect('/there')
        },
      },
    })
    const over = noteOver()
    const client = server.client()
    client.get('/throws')
    await client.reply()
    expect(await over.next()).toMatchObject({ outcome: { kind: 'refused' }, reply: { status: 500 } })
    client.get('/elsewhere')
    await client.reply()
    const { reply: live } = await over.next()
    expect(live.toRequest()).toMatchObject({ path: '/there', route: '/there' })
  })

  it('tells whose it was when its connection is gone, where somebody has watched from its beginning', async () => {
    await using server = await openOne(() =>
      stream(function* () {
        yield 'one'
        throw new Error('expected')
      }),
    )
    const over = noteOver()
    const client = server.client()
    client.get('/x/1')
    await client.untilCut()
    const { reply: live } = await over.next()
    expect(live.toRequest()).toMatchObject({ remoteAddress: '127.0.0.1' })
  })

  it('waits for the connection behind an earlier reply', async () => {
    const gate = new Gate()
    let asked = 0
    const second = Promise.withResolvers<void>()
    await using server = await openTestServer(
      {
        routes: {
          '/first': () => stream(gate),
          '/second': () => {
            asked++
            queueMicrotask(second.resolve)
            return stream(['two'])
          },
        },
      },
      'HTTP/1.1',
    )
    const client = server.client()
    client.get('/first')
    await gate.whenAsked(1)
    client.get('/second')
    await second.promise
    expect(asked).toBe(1)
    expect(callReplies().map(({ awaits }) => awaits)).toEqual(['first-block', 'connection'])
    gate.open('one')
    gate.end()
    await client.reply()
    expect((await client.reply()).text).toBe('two')
  })
})
