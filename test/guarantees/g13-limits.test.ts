import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import type { TestClient } from '../support/test-client.ts'

function toFields(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `x-${index}: v`)
}

/** A client whose one reply has begun, and lasts as long as its gate is not closed. */
async function begin(client: TestClient, gate: Gate): Promise<TestClient> {
  client.get('/live')
  gate.open('begun')
  await client.untilChunk('begun')
  return client
}

eachDelivery('G13: limits', (open, { isHttp1 }) => {
  it('G13: a target that is too long is 414, and the longest is answered', async () => {
    await using server = await open({ maxTargetBytes: 100, routes: { '/*': ({ path }) => path } })
    const client = server.client()
    client.get(`/${'a'.repeat(99)}`)
    expect(await client.reply()).toMatchObject({ status: 200, text: `/${'a'.repeat(99)}` })
    client.get(`/${'a'.repeat(100)}`)
    expect(await client.reply()).toMatchObject({ status: 414, isComplete: true })
    expect(server.reported).toEqual([])
  })

  it('G13: more fields than there may be are 431: none is left out', async () => {
    const routes = { '/': ({ headers }: { headers: Headers }) => headers.get('x-38') ?? 'none' }
    await using server = await open({ maxHeaders: 40, routes })
    const client = server.client()
    // With the Host there are 40.
    client.get('/', ...toFields(39))
    expect(await client.reply()).toMatchObject({ status: 200, text: 'v' })
    for (const count of [40, 300]) {
      const other = server.client()
      other.get('/', ...toFields(count))
      // node:http2 resets a stream whose head is far too large.
      if (isHttp1 || count === 40) expect(await other.reply()).toMatchObject({ status: 431 })
    }
    client.get('/')
    expect(await client.reply()).toMatchObject({ status: 200 })
    expect(server.reported).toEqual([])
  })

  it.runIf(isHttp1)('G13: a head of almost a megabyte is answered, where it may be that large', async () => {
    const length = ({ headers }: { headers: Headers }) => String(headers.get('x-large')?.length)
    const options = { maxHeadBytes: 1_048_576, maxTargetBytes: 1_048_576 }
    await using server = await open({ ...options, routes: { '/': length, '/a': () => 'small' } })
    const [client, other] = [server.client(), server.client()]
    client.get('/', `x-large: ${'a'.repeat(1_000_000)}`)
    expect(await client.reply()).toMatchObject({ status: 200, text: '1000000' })
    client.get(`/${'b'.repeat(1_000_000)}`)
    expect(await client.reply()).toMatchObject({ status: 404 })
    for (const one of [client, other]) {
      one.get('/a')
      expect(await one.reply()).toMatchObject({ status: 200, text: 'small' })
    }
    expect(server.reported).toEqual([])
  })

  it.runIf(isHttp1)('G13: a head that is too large is 431, and ends the connection', async () => {
    await using server = await open({ maxHeadBytes: 1000, routes: { '/': () => 'hello' } })
    const client = server.client()
    client.get('/', `x-large: ${'a'.repeat(800)}`)
    expect(await client.reply()).toMatchObject({ status: 200 })
    client.get('/', `x-large: ${'a'.repeat(1200)}`)
    expect(await client.reply()).toMatchObject({ status: 431, isComplete: true })
    await client.toEnd()
    const other = server.client()
    other.get('/')
    expect(await other.reply()).toMatchObject({ status: 200 })
    expect(server.reported).toEqual([])
  })

  it('G13: a connection that is too many is refused at once, and the next taken when one has ended', async () => {
    const gate = new Gate()
    await using server = await open({
      maxConnections: 2,
      routes: { '/': () => 'hello', '/live': () => stream(gate) },
    })
    const one = server.client()
    one.get('/')
    await one.reply()
    const two = await begin(server.client(), gate)
    const three = server.client()
    three.get('/')
    const { text } = await three.toEnd()
    if (server.protocol === 'HTTP/1.1') expect(text).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    one.leave()
    await expect.poll(() => isAnswered(server.client()), { timeout: 5000 }).toBe(true)
    gate.end()
    await two.untilEnd()
    expect(server.reported).toEqual([])
  })

  it('G13: replies that are too many for one client are 429, and others are made when one has ended', async () => {
    const gates = [new Gate(), new Gate()]
    let next = 0
    await using server = await open({
      maxRepliesPerClient: 2,
      health: true,
      routes: { '/': () => 'hello', '/live': () => stream(gates[next++] ?? new Gate()) },
    })
    const live: TestClient[] = []
    for (const gate of gates) live.push(await begin(server.client(), gate))
    const refused = server.client()
    refused.get('/')
    const reply = await refused.reply()
    expect(reply).toMatchObject({ status: 429, text: '429 Too Many Requests\n', isComplete: true })
    expect(reply.headers.get('retry-after')).toBe('1')
    const healthy = server.client()
    healthy.get('/healthz')
    expect(await healthy.reply()).toMatchObject({ status: 200 })
    live[0]?.leave()
    await expect.poll(() => isAnswered(server.client()), { timeout: 5000 }).toBe(true)
    gates[1]?.end()
    await live[1]?.untilEnd()
    expect(server.reported).toEqual([])
  })
})

/** Whether a request is answered with 200, and not refused. */
async function isAnswered(client: TestClient): Promise<boolean> {
  try {
    client.get('/')
    return (await client.reply()).status === 200
  } catch {
    // The connection has been refused.
    return false
  } finally {
    client.leave()
  }
}

eachDelivery(
  'G13: pipelined requests',
  (open) => {
    it('G13: a flood of them is answered in order, a few at a time', async () => {
      const gate = Promise.withResolvers<void>()
      let [live, most] = [0, 0]
      await using server = await open({
        routes: {
          '/*': async ({ path }) => {
            most = Math.max(most, ++live)
            await gate.promise
            live--
            return path
          },
          '/other': () => 'other',
        },
      })
      const client = server.client()
      const paths = Array.from({ length: 5000 }, (_, index) => `/${index}`)
      for (const path of paths) client.get(path)
      const other = server.client()
      other.get('/other')
      expect((await other.reply()).text).toBe('other')
      await expect.poll(() => live).toBe(32)
      gate.resolve()
      for (const path of paths) expect((await client.reply()).text).toBe(path)
      expect(most).toBe(32)
      expect(server.reported).toEqual([])
    })

    it('G13: a flood that is answered at once is answered in order, too', async () => {
      await using server = await open({ routes: { '/*': ({ path }) => path } })
      const client = server.client()
      const paths = Array.from({ length: 3000 }, (_, index) => `/${index}`)
      client.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
      for (const path of paths) expect((await client.reply()).text).toBe(path)
    })

    it('G13: those that wait are not answered when the client leaves', async () => {
      const gate = Promise.withResolvers<void>()
      const left = Promise.withResolvers<void>()
      let calls = 0
      await using server = await open({
        routes: {
          '/*': async ({ signal }) => {
            if (++calls === 1) signal.addEventListener('abort', () => left.resolve())
            await gate.promise
            return 'late'
          },
          '/other': () => 'other',
        },
      })
      const client = server.client()
      for (let index = 0; index < 1000; index++) client.get('/')
      await expect.poll(() => calls).toBe(32)
      client.leave()
      await left.promise
      gate.resolve()
      const other = server.client()
      other.get('/other')
      expect((await other.reply()).text).toBe('other')
      expect(calls).toBe(32)
    })
  },
  { protocols: 'http1' },
)
