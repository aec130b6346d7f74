import { expect, it } from 'vitest'
import { type Block, flush, HttpError, redirect, reply, stream } from 'millrace'
import type { SourceInit } from 'millrace/body'
import type { Handler } from 'millrace/gateway'
import { wsgi } from 'millrace/wsgi'
import { eachDelivery } from '../support/each-delivery.ts'
import { openTestServer } from '../support/test-server.ts'

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function* endless(block: Block): AsyncGenerator<Block> {
  yield 'first'
  for (;;) {
    yield block
    await nextTurn()
  }
}

function* endlessSync(block: Block): Generator<Block> {
  yield 'first'
  for (;;) yield block
}

eachDelivery('what no ancestor does', (open, { framing }) => {
  it('a client that leaves stops a source that yields nothing but empty blocks [WKZ-057]', async () => {
    for (const source of [() => endless(''), () => endlessSync('')]) {
      const over = Promise.withResolvers<string>()
      await using server = await open({
        routes: { '/': () => stream(source, { onClose: ({ kind }) => over.resolve(kind) }) },
      })
      const client = server.client()
      client.get('/')
      await client.until('first')
      client.leave()
      expect(await over.promise).toBe('client-gone')
    }
  })

  it('a source is closed at most two blocks after its signal has told of the departure [GAP-009]', async () => {
    const over = Promise.withResolvers<void>()
    let further = 0
    async function* counting({ signal }: SourceInit): AsyncGenerator<Block> {
      for (;;) {
        if (signal.aborted) further++
        yield 'block'
        await nextTurn()
      }
    }
    await using server = await open({
      routes: { '/': () => stream(counting, { onClose: () => over.resolve() }) },
    })
    const client = server.client()
    client.get('/')
    await client.until('block')
    client.leave()
    await over.promise
    expect(further).toBeLessThanOrEqual(2)
  })

  it('flush, as often as it comes, leaves the framing in order [GAP-021]', async () => {
    function* flushing(): Generator<Block> {
      for (let index = 0; index < 200; index++) {
        yield [`<${index}>`, flush]
        yield flush
      }
    }
    await using server = await open({ routes: { '/': () => stream(flushing), '/next': () => 'next' } })
    const client = server.client()
    client.get('/')
    client.get('/next')
    const text = Array.from({ length: 200 }, (_, index) => `<${index}>`).join('')
    expect(await client.reply()).toMatchObject({ framing, text, isComplete: true })
    expect((await client.reply()).text).toBe('next')
  })

  it('an error of a source reaches report and onError as it is, a TypeError too [GAP-033]', async () => {
    const early = new TypeError('x is not async iterable')
    const late = new TypeError('next is not a function')
    const told: unknown[] = []
    async function* failing(error: Error, ...before: Block[]): AsyncGenerator<Block> {
      yield* before
      throw error
    }
    const onError = (error: unknown): undefined => void told.push(error)
    await using server = await open({
      routes: {
        '/before': () => stream(failing(early)),
        '/after': () => stream(failing(late, 'one'), { onError }),
      },
    })
    const client = server.client()
    client.get('/before')
    expect((await client.reply()).status).toBe(500)
    client.get('/after')
    expect((await client.reply()).isComplete).toBe(false)
    expect(told).toEqual([late])
    expect(server.reported).toEqual([early, late])
    expect(server.reported[0]).toBe(early)
  })
})

const evil = 'x\r\nx-injected: yes\r\n\r\nbody'

const ways: Record<string, Handler> = {
  'a buffered reply': () => reply('x', { headers: { 'x-own': evil } }),
  'a streamed reply': () => stream(['x'].values(), { headers: { 'x-own': evil } }),
  'a name': () => reply('x', { headers: { [evil]: 'x' } }),
  'a later change': () => {
    const answer = stream(['x'].values())
    answer.headers.set('x-own', evil)
    return answer
  },
  'the reason': () => reply('x', { statusText: evil }),
  'an error': () => {
    throw new HttpError(404, 'x', { headers: { 'x-own': evil } })
  },
  'a redirect': () => {
    throw redirect(`/${evil}`)
  },
  'a web Response': () => new Response('x', { headers: { 'x-own': evil } }),
  trailers: () => stream(['x'].values(), { trailers: () => ({ 'x-own': evil }) }),
  'a WSGI header': wsgi((_environ, startResponse) => {
    startResponse('200 OK', [['X-Own', evil]])
    return []
  }),
  'a WSGI reason': wsgi((_environ, startResponse) => {
    startResponse(`200 ${evil}`, [])
    return []
  }),
}

it.each(Object.entries(ways))('G12: nothing is injected through %s [GAP-027]', async (_, make) => {
  await using server = await openTestServer({ routes: { '/': make } })
  const client = server.client()
  client.get('/', 'TE: trailers', 'Connection: close')
  const { text } = await client.toEnd()
  expect(text).toMatch(/^HTTP\/1\.1 (?:500|200) /)
  expect(text).not.toMatch(/x-injected/)
  expect(server.reported).toHaveLength(1)
})
