import { expect, it } from 'vitest'
import { type Block, push, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'

function* failing(): Generator<Block> {
  yield 'one'
  throw new Error('expected')
}

eachDelivery('moments', (open, { framing }) => {
  it('of a reply are published in order, all for the same reply [DJG-019, CPY-034]', async () => {
    using moments = new Moments()
    const gate = new Gate()
    await using server = await open({ routes: { '/x': () => stream(gate) } })
    const client = server.client()
    client.get('/x')
    for (const block of ['one', 'two']) {
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.end()
    await moments.when('millrace:reply-closed')
    // Where a block is with another thread, or behind TLS, it may have to be waited for.
    const list = moments.list.filter(({ name }) => !name.startsWith('millrace:client'))
    expect(list.map(({ name }) => name.replace('millrace:', ''))).toEqual([
      'request-read',
      'head-committed',
      'block-sent',
      'block-sent',
      'reply-closed',
    ])
    const messages = list.map(({ message }) => message)
    expect(new Set(messages.map((message) => Reflect.get(message, 'reply'))).size).toBe(1)
    expect(messages[0]).toMatchObject({ method: 'GET', path: '/x' })
    expect(messages[1]).toMatchObject({ framing: { kind: framing } })
    expect(messages[3]).toMatchObject({ bytes: 6, blocks: 2 })
    expect(messages[4]).toMatchObject({ outcome: { kind: 'complete', bytes: 6, blocks: 2 }, errors: [] })
  })

  it.each([
    { path: '/plain', outcome: { kind: 'complete', bytes: 5 } },
    { path: '/fails', outcome: { kind: 'failed', bytes: 3, error: new Error('expected') } },
    { path: '/missing', outcome: { kind: 'complete' } },
  ])('of $path begin and end once', async ({ path, outcome }) => {
    using moments = new Moments()
    await using server = await open({ routes: { '/plain': () => 'plain', '/fails': () => stream(failing) } })
    const client = server.client()
    client.get(path)
    await client.reply()
    await moments.when('millrace:reply-closed')
    await server.close({ grace: 1 })
    expect(moments.count('millrace:request-read')).toBe(1)
    expect(moments.count('millrace:head-committed')).toBe(1)
    expect(moments.count('millrace:reply-closed')).toBe(1)
    expect(moments.list.at(-1)?.message).toMatchObject({ outcome })
  })
})

eachDelivery('trailers', (open, { isHttp1 }) => {
  const route = () => {
    let count = 0
    return stream(
      function* () {
        for (const block of ['one', 'two']) {
          count++
          yield block
        }
      },
      { trailers: () => ({ 'x-count': `${count}`, 'Server-Timing': 'db;dur=5' }) },
    )
  }

  it('come after the last block, to a client that takes them [ASG-008]', async () => {
    await using server = await open({ routes: { '/': route } })
    const client = server.client()
    for (const _ of [1, 2]) {
      client.get('/', 'TE: trailers')
      const { text, trailers } = await client.reply()
      expect(text).toBe('onetwo')
      expect(Object.fromEntries(trailers)).toEqual({ 'x-count': '2', 'server-timing': 'db;dur=5' })
    }
  })

  it('are left out for a client that does not take them, or HTTP/1.0 [ASG-008, GAP-030]', async () => {
    await using server = await open({ routes: { '/': route } })
    const client = server.client()
    client.get('/')
    expect((await client.reply()).trailers.size).toBe(0)
    if (!isHttp1) return
    client.getOld('/', 'TE: trailers')
    expect(await client.reply()).toMatchObject({ text: 'onetwo', isComplete: true })
  })

  it('G12: cannot hold what must stand before the body', async () => {
    await using server = await open({
      routes: { '/': () => stream(['one'].values(), { trailers: () => ({ 'content-type': 'text/html' }) }) },
    })
    const client = server.client()
    client.get('/', 'TE: trailers')
    expect(await client.reply()).toMatchObject({ text: 'one', isComplete: false })
    expect(server.reported).toEqual([expect.objectContaining({ code: 'G12' })])
  })
})

eachDelivery('heartbeat', (open) => {
  it('is sent while the source is silent, and not after the end', async () => {
    const gate = new Gate()
    const heartbeat = { every: 1, block: ':\n' }
    await using server = await open({ routes: { '/': () => stream(gate, { heartbeat }) } })
    const client = server.client()
    client.get('/')
    gate.open('one')
    await client.untilChunk('one')
    for (const _ of [1, 2, 3]) await client.untilChunk(':\n')
    gate.open('two')
    await client.untilChunk('two')
    await client.untilChunk(':\n')
    gate.end()
    await client.untilEnd()
    expect(client.received).toBe('')
    expect(server.reported).toEqual([])
  })

  it('keeps no source waiting: push() goes on beside it', async () => {
    const heartbeat = { every: 1, block: Buffer.from(':') }
    const go = Promise.withResolvers<void>()
    await using server = await open({
      routes: {
        '/': () =>
          push(
            async (out) => {
              await out.write('one')
              await go.promise
              await out.write('two')
            },
            { heartbeat },
          ),
      },
    })
    const client = server.client()
    client.get('/')
    await client.untilChunk('one')
    await client.untilChunk(':')
    go.resolve()
    await client.untilChunk('two')
    await client.untilEnd()
  })
})
