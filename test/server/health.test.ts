import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import type { TestServer } from '../support/test-server.ts'
import { WatchingClient } from '../support/watching-client.ts'

const routes = { '/': () => 'hello' }

/** Keeps this thread busy until a server answers so, or 10 s are over; false then. */
async function computeUntil({ port, protocol }: TestServer, path: string, answer: string): Promise<boolean> {
  const shared = new SharedArrayBuffer(4)
  const workerData = { port, protocol, path, answer, shared }
  const worker = new Worker(new URL('../support/asking-worker.ts', import.meta.url), { workerData })
  await once(worker, 'message')
  worker.postMessage('ask')
  const how = Atomics.wait(new Int32Array(shared), 0, 0, 10_000)
  await worker.terminate()
  return how !== 'timed-out'
}

eachDelivery('health', (open, way) => {
  const isThread = way.options.transmitter === 'thread'

  it.each(['/healthz', '/readyz'])('%s is 200 ok before any route, also for HEAD', async (path) => {
    const fault = new Error('a route was asked')
    await using server = await open({ health: true, use: [() => () => Promise.reject(fault)], routes })
    const client = server.client()
    client.get(path)
    const first = await client.reply()
    expect(first).toMatchObject({ status: 200, text: 'ok\n', isComplete: true })
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/plain;charset=UTF-8',
      'content-length': '3',
    })
    expect(first.headers.get('connection')).toBe(way.isHttp1 ? 'keep-alive' : undefined)
    client.request('HEAD', `${path}?probe=1`)
    const second = await client.reply('HEAD')
    expect(second).toMatchObject({ status: 200, text: '', isComplete: true })
    expect(second.headers.get('content-length')).toBe('3')
    expect(server.reported).toEqual([])
  })

  it.runIf(way.isHttp1)('is asked for by a whole URL, too', async () => {
    await using server = await open({ health: true, routes })
    const client = server.client()
    for (const url of ['http://test/healthz', 'HTTPS://other:81/readyz?probe=1']) {
      client.get(url)
      expect(await client.reply()).toMatchObject({ status: 200, text: 'ok\n' })
    }
    for (const [url, status] of [
      ['http://test//healthz', 404],
      ['http:///healthz', 400],
      ['ftp://test/healthz', 400],
    ] as const) {
      client.get(url)
      expect(await client.reply()).toMatchObject({ status })
    }
  })

  it('leaves every other request to the routes', async () => {
    await using server = await open({ health: true, routes: { 'POST /healthz': () => 'posted', ...routes } })
    const client = server.client()
    client.request('POST', '/healthz', 'Content-Length: 0')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'posted' })
    client.get('/healthzz')
    expect(await client.reply()).toMatchObject({ status: 404 })
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'hello' })
  })

  it('is where it is told, and nowhere by default', async () => {
    await using own = await open({ health: { live: '/alive' }, routes })
    const client = own.client()
    client.get('/alive')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'ok\n' })
    client.get('/readyz')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'ok\n' })
    client.get('/healthz')
    expect(await client.reply()).toMatchObject({ status: 404 })
    await using without = await open({ routes })
    const other = without.client()
    other.get('/healthz')
    expect(await other.reply()).toMatchObject({ status: 404 })
  })

  it('keeps its turn behind the replies of its connection', async () => {
    const gate = new Gate()
    await using server = await open({ health: true, routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    client.get('/healthz')
    client.get('/readyz')
    gate.open('first')
    gate.end()
    expect(await client.reply()).toMatchObject({ status: 200, text: 'first' })
    expect(await client.reply()).toMatchObject({ status: 200, text: 'ok\n' })
    expect(await client.reply()).toMatchObject({ status: 200, text: 'ok\n' })
  })

  // A connection of HTTP/2 takes no more requests then.
  it.runIf(way.isHttp1).each([
    ['/readyz', 503, 'draining\n'],
    ['/healthz', 200, 'ok\n'],
  ])('G14: %s is %i while the server drains', async (path, status, text) => {
    const gate = new Gate()
    const arrived = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<string>()
    await using server = await open({
      health: true,
      routes: {
        '/': () => 'hello',
        '/live': () => stream(gate),
        '/arrived': () => (arrived.resolve(), goOn.promise),
      },
    })
    const [idle, client] = [server.client(), server.client()]
    idle.get('/')
    await idle.reply()
    client.get('/live')
    gate.open('one')
    await client.untilChunk('one')
    const closed = server.close()
    // An idle connection ends: the server drains.
    await idle.toEnd()
    // Together, and in this order: nothing is taken behind the last reply.
    client.send(['/arrived', path].map((one) => `GET ${one} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
    await arrived.promise
    goOn.resolve('arrived')
    gate.end()
    await client.untilEnd()
    expect(await client.reply()).toMatchObject({ status: 200, text: 'arrived' })
    expect(await client.reply()).toMatchObject({ status, text, isComplete: true })
    await closed
  })

  it.runIf(!way.isHttp1)(
    'G14: /readyz is 503, and /healthz 200, while a server that closes still takes connections',
    async () => {
      await using server = await open({ health: true, routes })
      const closing = server.close({ delay: 100_000 })
      const ask = async (path: string) => {
        const client = server.client()
        client.get(path)
        const { status, text } = await client.reply()
        client.leave()
        return `${status} ${text}`
      }
      // The transmitter is told by a message.
      await expect.poll(() => ask('/readyz')).toBe('503 draining\n')
      expect(await ask('/healthz')).toBe('200 ok\n')
      void server.close({ delay: 0 })
      await closing
    },
  )

  it('a client that leaves before its turn does not hold the close up', async () => {
    const gate = new Gate()
    await using server = await open({ health: true, routes: { '/live': () => stream(gate) } })
    const client = server.client()
    client.get('/live')
    client.get('/healthz')
    gate.open('one')
    await client.untilChunk('one')
    client.leave()
    await server.close({ grace: 60_000 })
    expect(gate.closed).toBe(1)
  })

  it.runIf(isThread)('is answered while the application computes', async () => {
    await using server = await open({ health: true, routes })
    const request = 'GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n'
    await using client = new WatchingClient(server, request, ['ok\n'])
    await client.ready()
    client.send()
    expect(client.blockUntilSeen(1)).toBe(true)
  })

  it.runIf(isThread).each(['/healthz', '/readyz'])(
    '%s is 503 stalled while the application has not answered for maxStall, and 200 again when it does',
    async (path) => {
      await using server = await open({ health: true, maxStall: 50, routes })
      expect(await computeUntil(server, path, '503 stalled\n')).toBe(true)
      const client = server.client()
      let text = ''
      while (text !== 'ok\n') {
        client.get(path)
        text = (await client.reply()).text
      }
      client.get('/')
      expect(await client.reply()).toMatchObject({ text: 'hello' })
    },
  )
})
