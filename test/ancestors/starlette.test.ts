import { expect, it, vi } from 'vitest'
import { type Block, Reply, stream } from 'millrace'
import type { ErrorPage, Middleware } from 'millrace/gateway'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'

it('onClose: work of the background runs after the body, unseen by the client, gone or not [STA-001, STA-029, STA-030]', async () => {
  const go = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const log: string[] = []
  async function* body(): AsyncGenerator<Block> {
    yield 'one'
    yield 'two'
    log.push('body')
  }
  await using server = await openTestServer({
    routes: {
      '/': (context) => {
        context.onClose(async () => {
          log.push('task')
          await go.promise
          log.push('task ended')
          done.resolve()
        })
        return stream(body)
      },
    },
  })
  const client = server.client()
  client.get('/')
  expect(await client.reply()).toMatchObject({ text: 'onetwo', isComplete: true })
  expect(log).not.toContain('task ended')
  client.leave()
  go.resolve()
  await done.promise
  expect(log).toEqual(['body', 'task', 'task ended'])
})

it('stream: any async iterable will do, an iterator that is its own too [STA-002]', async () => {
  const steps = () => {
    let count = 0
    return {
      next: async () => (count++ < 3 ? { done: false, value: `${count}` } : { done: true, value: '' }),
    }
  }
  class Own {
    readonly #steps = steps()
    next() {
      return this.#steps.next()
    }
    [Symbol.asyncIterator]() {
      return this
    }
  }
  await using server = await openTestServer({
    routes: {
      '/iterable': () => Reflect.apply(stream, undefined, [{ [Symbol.asyncIterator]: steps }]),
      '/iterator': () => Reflect.apply(stream, undefined, [new Own()]),
    },
  })
  const client = server.client()
  for (const path of ['/iterable', '/iterator']) {
    client.get(path)
    expect(await client.reply()).toMatchObject({ text: '123', isComplete: true })
  }
})

it('stream: views of memory are sent as the bytes that they show [STA-005]', async () => {
  const memory = Uint8Array.of(97, 98, 99, 100)
  const views = [
    memory.subarray(0, 1),
    new DataView(memory.buffer, 1, 2),
    new Uint16Array(memory.buffer, 2, 1),
  ]
  await using server = await openTestServer({ routes: { '/': () => stream(views.values()) } })
  const client = server.client()
  client.get('/')
  expect((await client.reply()).text).toBe('abccd')
})

it('middleware that drops a stream tells its source, which can stop [STA-032]', async () => {
  const gate = new Gate()
  const reasons: unknown[] = []
  const instead: Middleware = (handler) => async (context) => {
    const answer = await handler(context)
    if (answer instanceof Reply) await answer.blocks.close(new Error('not wanted'))
    return 'instead'
  }
  const handler = (): Reply => {
    const answer = stream(gate)
    const { signal } = answer.blocks
    signal.addEventListener('abort', () => reasons.push(signal.reason))
    return answer
  }
  await using server = await openTestServer({ routes: { '/': instead(handler) } })
  const client = server.client()
  client.get('/')
  expect((await client.reply()).text).toBe('instead')
  expect([gate.asked, gate.closed, reasons]).toEqual([0, 1, [new Error('not wanted')]])
})

it('middleware sees what its stream throws, and so does the server [STA-033]', async () => {
  const broken = new Error('broken')
  const seen: unknown[] = []
  async function* passing({ blocks }: Reply): AsyncGenerator<Block> {
    try {
      for (let step = await blocks.next(); !step.done; step = await blocks.next()) yield String(step.value)
    } catch (error) {
      seen.push(error)
      throw error
    }
  }
  const watching: Middleware = (handler) => async (context) => {
    const answer = await handler(context)
    return answer instanceof Reply ? stream(() => passing(answer)) : answer
  }
  function* failing(): Generator<Block> {
    yield 'one'
    throw broken
  }
  await using server = await openTestServer({ routes: { '/': watching(() => stream(failing)) } })
  const client = server.client()
  client.get('/')
  expect(await client.reply()).toMatchObject({ text: 'one', isComplete: false })
  expect(seen[0]).toBe(broken)
  expect(server.reported[0]).toBe(broken)
})

it('errorPages: none is asked once the head has gone out; the error is reported, the handler closed [STA-034, FLK-020, FLK-022]', async () => {
  const page = vi.fn<ErrorPage>(() => 'a page')
  const closed: string[] = []
  function* failing(): Generator<Block> {
    yield 'one'
    throw new Error('in the body')
  }
  await using server = await openTestServer({
    routes: {
      '/stream': (context) => {
        context.onClose(() => closed.push('stream'))
        return stream(failing)
      },
      '/handler': (context) => {
        context.onClose(() => closed.push('handler'))
        throw new Error('in the handler')
      },
    },
    errorPages: { default: page, 500: page },
  })
  const first = server.client()
  first.get('/stream')
  expect(await first.reply()).toMatchObject({ status: 200, text: 'one', isComplete: false })
  expect(page).not.toHaveBeenCalled()
  const second = server.client()
  using moments = new Moments()
  second.get('/handler')
  expect(await second.reply()).toMatchObject({ status: 500, text: 'a page' })
  await moments.when('millrace:reply-closed')
  expect(server.reported).toEqual([new Error('in the body'), new Error('in the handler')])
  expect(closed).toEqual(['stream', 'handler'])
})
