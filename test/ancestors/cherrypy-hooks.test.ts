import { expect, it } from 'vitest'
import { type Block, stream } from 'millrace'
import type { Outcome } from '../../src/delivery/sink.ts'
import { Gate } from '../support/gate.ts'
import { openTestServer } from '../support/test-server.ts'

it('onClose: is called after the body was sent, after a failed handler and after a failed stream [CPY-031]', async () => {
  const log: string[] = []
  const gate = new Gate()
  const all = Promise.withResolvers<void>()
  const closed = (name: string) => () => {
    log.push(name)
    if (log.length === 3) all.resolve()
  }
  await using server = await openTestServer({
    routes: {
      '/sent': (context) => {
        context.onClose(closed('sent'))
        return stream(gate)
      },
      '/handler': (context) => {
        context.onClose(closed('handler'))
        throw new Error('handler')
      },
      '/stream': (context) => {
        context.onClose(closed('stream'))
        return stream(function* () {
          yield 'one'
          throw new Error('stream')
        })
      },
    },
  })
  const client = server.client()
  client.get('/sent')
  gate.open('one')
  await client.untilChunk('one')
  expect(log).toEqual([])
  gate.end()
  await client.untilEnd()
  client.get('/handler')
  expect((await client.reply()).status).toBe(500)
  client.get('/stream')
  expect((await client.reply()).isComplete).toBe(false)
  await all.promise
  expect(log).toEqual(['sent', 'handler', 'stream'])
})

it('onClose: is called when the client drops in the middle of an endless stream [CPY-032]', async () => {
  const over = Promise.withResolvers<void>()
  await using server = await openTestServer({
    routes: {
      '/': (context) => {
        context.onClose(() => over.resolve())
        return stream(function* () {
          for (;;) yield 'block'
        })
      },
    },
  })
  const client = server.client()
  client.get('/')
  await client.until('block')
  client.leave()
  await over.promise
  expect(server.reported).toEqual([])
})

it('stream: generators and iterables with close() are closed when the client leaves [CPY-025, STA-031]', async () => {
  const log: string[] = []
  const over = Promise.withResolvers<void>()
  let isLast = false
  const init = {
    onClose: ({ kind }: Outcome) => {
      log.push(kind)
      if (isLast) over.resolve()
    },
  }
  const gates = [new Gate(), new Gate()]
  async function* generator(): AsyncGenerator<Block> {
    try {
      yield 'one'
      yield* gates[0] ?? []
    } finally {
      log.push('generator')
    }
  }
  const iterable = {
    [Symbol.asyncIterator]: () => gates[1] ?? new Gate(),
    close: () => void log.push('iterable'),
  }
  await using server = await openTestServer({
    routes: {
      '/generator': ({ signal }) => {
        signal.addEventListener('abort', () => gates[0]?.end())
        return stream(generator, init)
      },
      '/iterable': () => stream(iterable, init),
    },
  })
  gates[1]?.open('one')
  for (const path of ['/generator', '/iterable']) {
    isLast = path === '/iterable'
    const client = server.client()
    client.get(path)
    await client.untilChunk('one')
    client.leave()
  }
  await over.promise
  await server.close()
  expect(log.toSorted()).toEqual(['client-gone', 'client-gone', 'generator', 'iterable'])
})

it('stream: a close that is no function, or that needs arguments, is not called [CPY-026]', async () => {
  let calls = 0
  const over = Promise.withResolvers<void>()
  const sources = [7, (code: number) => void (calls += code)].map((close) => ({
    *[Symbol.iterator](): Generator<Block> {
      yield 'one'
    },
    close,
  }))
  await using server = await openTestServer({
    routes: {
      '/0': () => stream(sources[0] ?? []),
      '/1': () => stream(sources[1] ?? [], { onClose: () => over.resolve() }),
    },
  })
  const client = server.client()
  for (const path of ['/0', '/1']) {
    client.get(path)
    expect(await client.reply()).toMatchObject({ text: 'one', isComplete: true })
  }
  await over.promise
  expect([calls, server.reported]).toEqual([0, []])
})
