import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { type Block, reply, stream } from 'millrace'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { openTestServer } from '../support/test-server.ts'

it('stream: the blocks of a reply are bytes for whoever reads it, text as UTF-8 [DJG-001]', async () => {
  const read: unknown[] = []
  for await (const block of stream(['ä', Uint8Array.of(255)]).body ?? []) read.push(block)
  expect(read).toEqual([new Uint8Array([0xc3, 0xa4]), Uint8Array.of(255)])
})

it('stream: can be sent once, even where it is made of a list [DJG-002]', async () => {
  const shared = stream(['a', 'b'])
  await using server = await openTestServer({ routes: { '/': () => shared } })
  const client = server.client()
  client.get('/')
  expect((await client.reply()).text).toBe('ab')
  client.get('/')
  expect((await client.reply()).status).toBe(500)
  expect(server.reported).toEqual([expect.objectContaining({ message: expect.stringContaining('twice') })])
})

it('stream: to show a reply tells of its head and does not ask its source [DJG-005]', () => {
  const gate = new Gate()
  const shown = inspect(stream(gate, { status: 201, headers: { 'x-own': 'yes' } }))
  expect(shown).toMatch(/201/)
  expect(shown).toMatch(/x-own/)
  expect(gate.asked).toBe(0)
})

it('headers: CR and LF in names and values throw where they are set [DJG-017]', () => {
  const { headers } = reply('x')
  for (const bad of ['a\rb', 'a\nb', 'a\r\nb']) {
    expect(() => headers.set('x-own', bad)).toThrow(TypeError)
    expect(() => headers.append(bad, 'x')).toThrow(TypeError)
    expect(() => reply('x', { headers: { 'x-own': bad } })).toThrow(TypeError)
    expect(() => stream('x', { headers: { [bad]: 'x' } })).toThrow(TypeError)
  }
  expect(headers.has('x-own')).toBe(false)
})

it('close: every closer runs though others throw, then the reply is told as closed, once [DJG-018]', async () => {
  using moments = new Moments()
  const log: string[] = []
  const closer = (name: string) => () => {
    log.push(`${name}, closed so far: ${moments.count('millrace:reply-closed')}`)
    throw new Error(name)
  }
  const source = { [Symbol.iterator]: () => ['one'].values(), close: closer('source') }
  await using server = await openTestServer({
    routes: {
      '/': (context) => {
        context.onClose(closer('first'))
        context.onClose(closer('second'))
        return stream(source)
      },
    },
  })
  const client = server.client()
  client.get('/')
  expect(await client.reply()).toMatchObject({ status: 200, text: 'one', isComplete: true })
  await moments.when('millrace:reply-closed')
  await server.close()
  expect(log).toEqual(['source', 'first', 'second'].map((name) => `${name}, closed so far: 0`))
  expect(moments.count('millrace:reply-closed')).toBe(1)
})

it('stream: sync and async generators give the joined body [DJG-020]', async () => {
  const blocks: Block[] = ['a', Buffer.from('b'), ['c', 'd']]
  await using server = await openTestServer({
    routes: {
      '/sync': () => stream(blocks.values()),
      '/async': () =>
        stream(async function* () {
          for (const block of blocks) yield await Promise.resolve(block)
        }),
    },
  })
  const client = server.client()
  for (const path of ['/sync', '/async']) {
    client.get(path)
    expect(await client.reply()).toMatchObject({ status: 200, text: 'abcd', isComplete: true })
  }
})

it('a handler that returns nothing, or a promise in a stream, is told what to do [DJG-021]', async () => {
  await using server = await openTestServer({
    routes: {
      '/nothing': () => Reflect.get({}, 'nothing'),
      '/promise': () => Reflect.apply(stream, undefined, [Promise.resolve('late')]),
    },
  })
  const client = server.client()
  for (const path of ['/nothing', '/promise']) {
    client.get(path)
    expect((await client.reply()).status).toBe(500)
  }
  expect(server.reported.map(String)).toEqual([
    expect.stringContaining('it returned nothing'),
    expect.stringContaining('await it first'),
  ])
})

it('a client that leaves before the handler answers: it is told, nothing is sent, it is closed once [DJG-025]', async () => {
  using moments = new Moments()
  const working = Promise.withResolvers<void>()
  await using server = await openTestServer({
    routes: {
      '/': async ({ signal }) => {
        const left = new Promise((resolve) => signal.addEventListener('abort', resolve))
        working.resolve()
        await left
        throw signal.reason
      },
    },
  })
  const client = server.client()
  client.get('/')
  await working.promise
  client.leave()
  await moments.when('millrace:reply-closed')
  await server.close()
  expect([moments.count('millrace:head-committed'), moments.count('millrace:reply-closed')]).toEqual([0, 1])
  expect(server.reported).toEqual([])
})

it('a client that leaves before its request, or right after it, is sent nothing [DJG-027]', async () => {
  using moments = new Moments()
  const gate = new Gate()
  const { promise, resolve } = Promise.withResolvers<void>()
  await using server = await openTestServer({
    routes: { '/': () => stream(gate, { onClose: () => resolve() }), '/other': () => 'other' },
  })
  const early = server.client()
  await new Promise((connected) => early.socket.once('connect', connected))
  early.leave()
  const late = server.client()
  late.get('/')
  await gate.whenAsked(1)
  late.leave()
  await promise
  expect(moments.count('millrace:head-committed')).toBe(0)
  const other = server.client()
  other.get('/other')
  expect((await other.reply()).text).toBe('other')
  expect(server.reported).toEqual([])
})

it('a stream that fails in the middle is closed, and told as closed once [DJG-031]', async () => {
  using moments = new Moments()
  let closed = 0
  function* failing(): Generator<Block> {
    try {
      yield 'one'
      throw new Error('broken')
    } finally {
      closed++
    }
  }
  await using server = await openTestServer({ routes: { '/': () => stream(failing) } })
  const client = server.client()
  client.get('/')
  expect((await client.reply()).isComplete).toBe(false)
  await moments.when('millrace:reply-closed')
  await server.close()
  expect([closed, moments.count('millrace:reply-closed')]).toEqual([1, 1])
})
