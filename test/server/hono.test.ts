import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { stream as honoStream, streamSSE, streamText } from 'hono/streaming'
import { expect, it } from 'vitest'
import { csv, reply, stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { RawClient } from '../support/raw-client.ts'

function createApp(): Hono {
  const app = new Hono()
  app.get('/text', (c) => c.text('Grüße'))
  app.get('/json', (c) => c.json({ a: 1 }, 201, { 'x-own': 'yes' }))
  app.post('/echo', async (c) => c.text(await c.req.text()))
  app.get('/stream-text', (c) =>
    streamText(c, async (out) => {
      await out.write('one')
      await out.write('two')
    }),
  )
  app.get('/stream', (c) =>
    honoStream(c, async (out) => {
      await out.write(new Uint8Array([1, 2, 3]))
    }),
  )
  app.get('/sse', (c) => streamSSE(c, async (out) => out.writeSSE({ event: 'tick', data: '1' })))
  app.get(
    '/cookies',
    () =>
      new Response(null, {
        headers: [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
      }),
  )
  app.onError((error, c) => c.text(`handled ${error.message}`, 500))
  app.get('/throws', () => {
    throw new Error('by Hono')
  })
  return app
}

eachDelivery('a Hono app', (open) => {
  it('is served unchanged, its stream helpers too', async () => {
    const { fetch: answer } = createApp()
    await using server = await open({ fetch: (request) => answer(request) })
    const get = async (path: string) => server.fetch(path)
    expect(await (await get('/text')).text()).toBe('Grüße')
    const created = await get('/json')
    expect([created.status, created.headers.get('x-own'), await created.json()]).toEqual([
      201,
      'yes',
      { a: 1 },
    ])
    expect(await (await server.fetch('/echo', { method: 'POST', body: 'ä' })).text()).toBe('ä')
    expect(await (await get('/stream-text')).text()).toBe('onetwo')
    expect(new Uint8Array(await (await get('/stream')).arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
    expect(await (await get('/sse')).text()).toBe('event: tick\ndata: 1\n\n')
    expect((await get('/cookies')).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await (await get('/throws')).text()).toBe('handled by Hono')
    expect((await get('/missing')).status).toBe(404)
    expect(server.reported).toEqual([])
  })

  it('G1: each block of its stream helpers arrives before the next is written', async () => {
    const gate = new Gate()
    const app = new Hono()
    app.get('/', (c) =>
      honoStream(c, async (out) => {
        for await (const block of gate) await out.write(`${String(block)}`)
      }),
    )
    await using server = await open({ fetch: (request) => app.fetch(request) })
    const client = server.client()
    client.get('/')
    for (const block of ['one', 'two', 'three']) {
      gate.open(block)
      await client.untilChunk(block)
    }
    gate.end()
    await client.untilEnd()
  })

  it('G10: sees its client leave', async () => {
    const gone = Promise.withResolvers<void>()
    const app = new Hono()
    app.get('/', (c) =>
      honoStream(c, async (out) => {
        out.onAbort(gone.resolve)
        await out.write('one')
        await gone.promise
      }),
    )
    await using server = await open({ fetch: (request) => app.fetch(request) })
    const client = server.client()
    client.get('/')
    await client.untilChunk('one')
    client.leave()
    await gone.promise
    await server.close()
    expect(server.reported).toEqual([])
  })

  it('can answer with a millrace reply', async () => {
    const app = new Hono()
    app.get('/csv', () => csv([{ a: 1, b: 'x' }]))
    app.get('/stream', () => stream(['one', 'two'].values()))
    await using server = await open({ fetch: (request) => app.fetch(request) })
    expect(await (await server.fetch('/csv')).text()).toBe('a,b\r\n1,x\r\n')
    expect(await (await server.fetch('/stream')).text()).toBe('onetwo')
  })
})

async function listen(app: Hono) {
  const nodeServer = createAdaptorServer({ fetch: app.fetch })
  nodeServer.listen(0, '127.0.0.1')
  await once(nodeServer, 'listening')
  const { port } = Object(nodeServer.address())
  return {
    port: Number(port),
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(nodeServer, 'close')
      nodeServer.close()
      if ('closeAllConnections' in nodeServer) nodeServer.closeAllConnections()
      await closed
    },
  }
}

it('a millrace reply is sent whole by @hono/node-server', async () => {
  const app = new Hono()
  app.get('/csv', () => csv(Array.from({ length: 5000 }, (_, id) => ({ id, name: `Größe ${id}` }))))
  app.get('/stream', () =>
    stream(['ä', Buffer.from('b'), ['c', 'd']].values(), { status: 201, headers: { 'x-own': 'yes' } }),
  )
  app.get('/buffered', () => reply(['a', 'b']))
  await using server = await listen(app)
  const table = await (await fetch(`${server.url}/csv`)).text()
  expect(table.split('\r\n')).toHaveLength(5002)
  expect(table).toContain('\r\n4999,Größe 4999\r\n')
  const streamed = await fetch(`${server.url}/stream`)
  expect([streamed.status, streamed.headers.get('x-own'), await streamed.text()]).toEqual([
    201,
    'yes',
    'äbcd',
  ])
  expect(await (await fetch(`${server.url}/buffered`)).text()).toBe('ab')
})

it('G5: a millrace reply behind @hono/node-server closes its source when the client leaves', async () => {
  const gate = new Gate()
  const over = Promise.withResolvers<string>()
  const app = new Hono()
  app.get('/', () => stream(gate, { onClose: ({ kind }) => over.resolve(kind) }))
  await using server = await listen(app)
  const client = new RawClient(server.port)
  client.get('/')
  gate.open('one')
  await client.until('one')
  client.leave()
  expect(await over.promise).toBe('client-gone')
  expect(gate.closed).toBe(1)
})
