import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { type Outcome, TooSlow } from 'millrace/delivery'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import type { TestClient } from '../support/test-client.ts'
import type { TestServer } from '../support/test-server.ts'

const SHORT = 60

const LONG = 60_000

// Longer than a client takes from its connection to its first request.
const IDLE = 250

/** Sends text piece by piece, one each so many milliseconds, until it is told to stop. */
function trickle(client: TestClient, next: () => string, every: number): () => void {
  const timer = setInterval(() => client.send(next()), every)
  return () => clearInterval(timer)
}

/** Waits until the server has answered somebody else: it is not harmed. */
async function expectAlive(server: TestServer): Promise<void> {
  const other = server.client()
  other.get('/alive')
  expect(await other.reply()).toMatchObject({ status: 200, text: 'alive' })
  other.leave()
}

const alive = { '/alive': () => 'alive' }

eachDelivery(
  'G13: the time for a head',
  (open) => {
    it('G13: a connection that says nothing is ended', async () => {
      await using server = await open({ headTimeout: SHORT, routes: alive })
      expect((await server.client().toEnd()).text).toBe('')
      await expectAlive(server)
    })

    it('G13: one with half a head is told 408 and ended, and nothing is reported', async () => {
      await using server = await open({ headTimeout: SHORT, routes: alive })
      const client = server.client()
      client.send('GET /alive HTTP/1.1\r\nHost: te')
      const reply = await client.reply()
      expect(reply).toMatchObject({ status: 408, isComplete: true })
      expect(reply.headers.get('connection')).toBe('close')
      await client.toEnd()
      await expectAlive(server)
      expect(server.reported).toEqual([])
    })

    it('G13: one whose head comes byte by byte is ended, however long it goes on', async () => {
      await using server = await open({ headTimeout: SHORT, routes: alive })
      const client = server.client()
      client.send('GET /alive HTTP/1.1\r\nHost: test\r\n')
      const stop = trickle(client, () => 'X', 5)
      await client.toEnd()
      stop()
      await expectAlive(server)
    })

    it('G13: a head that comes in pieces within the time is answered', async () => {
      await using server = await open({ headTimeout: 5000, routes: alive })
      const client = server.client()
      for (const piece of 'GET /alive HTTP/1.1\r\nHost: test\r\n\r\n') {
        client.send(piece)
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(await client.reply()).toMatchObject({ status: 200, text: 'alive' })
    })

    it('G13: the time of a later request begins with its first byte', async () => {
      await using server = await open({ headTimeout: SHORT, idleTimeout: 60_000, routes: alive })
      const client = server.client()
      client.get('/alive')
      await client.reply()
      // Twice the time, as another client has it.
      await server.client().toEnd()
      await server.client().toEnd()
      client.get('/alive')
      expect(await client.reply()).toMatchObject({ status: 200 })
      await server.client().toEnd()
      client.send('GET /ali')
      expect(await client.reply()).toMatchObject({ status: 408 })
    })

    it('G13: a reply that takes long is not held against its client, nor against who asks behind it', async () => {
      const gate = new Gate()
      await using server = await open({ headTimeout: SHORT, routes: { '/': () => stream(gate), ...alive } })
      const client = server.client()
      client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\nGET /alive HTTP/1.1\r\nHost:')
      await server.client().toEnd()
      await server.client().toEnd()
      gate.open('late')
      await client.untilChunk('late')
      gate.end()
      await client.untilEnd()
      client.send(' test\r\n\r\n')
      expect(await client.reply()).toMatchObject({ status: 200, text: 'alive' })
    })
  },
  { protocols: 'http1' },
)

eachDelivery(
  'G13: the time for a first request',
  (open) => {
    it('G13: a connection that asks for nothing is ended', async () => {
      await using server = await open({ headTimeout: IDLE, routes: alive })
      expect((await server.client().toEnd()).text).toBe('')
      await expectAlive(server)
    })
  },
  { protocols: 'http2' },
)

eachDelivery('G13: idle connections', (open, { isHttp1 }) => {
  it('G13: a connection that is kept is ended when no request comes', async () => {
    await using server = await open({ idleTimeout: IDLE, routes: alive })
    const client = server.client()
    client.get('/alive')
    expect(await client.reply()).toMatchObject({ status: 200 })
    const { text } = await client.toEnd()
    if (isHttp1) expect(text).toBe('')
    await expectAlive(server)
  })

  it('G13: a connection with a reply is not idle', async () => {
    const gate = new Gate()
    await using server = await open({ idleTimeout: IDLE, routes: { '/': () => stream(gate), ...alive } })
    const client = server.client()
    client.get('/')
    gate.open('one')
    await client.untilChunk('one')
    for (let count = 0; count < 2; count++) {
      const other = server.client()
      other.get('/alive')
      await other.reply()
      await other.toEnd()
    }
    gate.open('two')
    await client.untilChunk('two')
    gate.end()
    await client.untilEnd()
  })
})

eachDelivery('G13: the time for a request body', (open, { isHttp1, delivery }) => {
  const post = (path: string, length: number) =>
    `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Length: ${length}\r\n\r\n`

  /** A server that reads what it is sent, and what it has heard of it. */
  async function openReader(bodyTimeout: number) {
    const heard: { thrown?: unknown; reason?: unknown } = {}
    const server = await open({
      bodyTimeout,
      routes: {
        '/read': async ({ request, signal }) => {
          signal.addEventListener('abort', () => (heard.reason = signal.reason))
          try {
            return `${(await request.text()).length}`
          } catch (error) {
            heard.thrown = error
            throw error
          }
        },
        ...alive,
      },
    })
    return { server, heard }
  }

  it('G13: one that stalls is given up: 408, the handler is told, and nothing is reported', async () => {
    const { server, heard } = await openReader(SHORT)
    await using _ = server
    const client = server.client()
    client.send(`${post('/read', 10)}half`)
    const reply = await client.reply()
    expect(reply).toMatchObject({ status: 408, isComplete: true })
    if (isHttp1) {
      expect(reply.headers.get('connection')).toBe('close')
      await client.toEnd()
    }
    const error = { status: 408, message: 'Cannot read the request body: the client sends it too slowly' }
    expect(heard).toMatchObject({ thrown: error, reason: error })
    await expectAlive(server)
    expect(server.reported).toEqual([])
  })

  it('G13: one that trickles is given up, however long it goes on', async () => {
    const { server } = await openReader(SHORT)
    await using _ = server
    const client = server.client()
    client.send(post('/read', 10_000))
    const stop = trickle(client, () => 'x', 5)
    expect(await client.reply()).toMatchObject({ status: 408 })
    stop()
  })

  it.runIf(delivery === 'block')('G13: one that comes at 64 kB a second is taken, all of it', async () => {
    const { server } = await openReader(500)
    await using _ = server
    const client = server.client()
    client.send(post('/read', 64_000))
    let sent = 0
    const stop = trickle(
      client,
      () => {
        sent += 640
        if (sent === 64_000) stop()
        return 'x'.repeat(640)
      },
      10,
    )
    expect(await client.reply()).toMatchObject({ status: 200, text: '64000' })
  })

  it.runIf(isHttp1 && delivery === 'block')(
    'G13: one that nobody reads is taken as long as it comes, and is no head',
    async () => {
      await using server = await open({
        headTimeout: SHORT,
        bodyTimeout: 500,
        routes: { '/': () => 'early', ...alive },
      })
      const client = server.client()
      client.send(post('/', 32_000))
      expect(await client.reply()).toMatchObject({ status: 200, text: 'early' })
      let sent = 0
      const stop = trickle(
        client,
        () => {
          sent += 640
          if (sent < 32_000) return 'x'.repeat(640)
          stop()
          return `${'x'.repeat(640)}GET /alive HTTP/1.1\r\nHost: test\r\n\r\n`
        },
        10,
      )
      expect(await client.reply()).toMatchObject({ status: 200, text: 'alive' })
    },
  )

  it.runIf(isHttp1)('G13: one that stalls behind a refusal of its head ends the connection', async () => {
    await using server = await open({
      headTimeout: LONG,
      bodyTimeout: SHORT,
      idleTimeout: LONG,
      routes: alive,
    })
    const client = server.client()
    client.send('POST / HTTP/1.1\r\nHost: test\r\nHost: other\r\nContent-Length: 1000\r\n\r\nhalf')
    const reply = await client.reply()
    expect([reply.status, reply.headers.get('connection')]).toEqual([400, 'keep-alive'])
    const stop = trickle(client, () => 'x', 5)
    expect((await client.toEnd()).text).toBe('')
    stop()
    await expectAlive(server)
  })

  it('G13: a handler that does not read is not held against the client', async () => {
    const gate = Promise.withResolvers<void>()
    const called = Promise.withResolvers<void>()
    await using server = await open({
      bodyTimeout: SHORT,
      routes: {
        '/late': async ({ request }) => {
          called.resolve()
          await gate.promise
          return request.text()
        },
        '/read': ({ request }) => request.text(),
      },
    })
    const client = server.client()
    client.send(post('/late', 4))
    await called.promise
    for (const other of [server.client(), server.client()]) {
      other.send(post('/read', 4))
      expect((await other.reply()).status).toBe(408)
    }
    gate.resolve()
    client.send('body')
    expect(await client.reply()).toMatchObject({ status: 200, text: 'body' })
  })

  it('G13: one that stalls behind the head of its reply breaks the reply off, as a client that is too slow', async () => {
    const over = Promise.withResolvers<Outcome>()
    await using server = await open({
      bodyTimeout: SHORT,
      routes: {
        '/echo': ({ request }) =>
          stream(request.body ?? [], { commit: 'now', onClose: (outcome) => over.resolve(outcome) }),
        ...alive,
      },
    })
    const client = server.client()
    client.send(`${post('/echo', 10)}half`)
    await client.untilChunk('half')
    await client.untilCut()
    const outcome = await over.promise
    expect(outcome).toMatchObject({ kind: 'client-gone' })
    expect(outcome.kind === 'client-gone' && outcome.error).toBeInstanceOf(TooSlow)
    await expectAlive(server)
    expect(server.reported).toEqual([])
  })

  it.runIf(isHttp1)('G13: what is left of one behind its reply ends the connection', async () => {
    await using server = await open({ bodyTimeout: SHORT, routes: { '/': () => 'early', ...alive } })
    const client = server.client()
    client.send(`${post('/', 1000)}half`)
    expect(await client.reply()).toMatchObject({ status: 200, text: 'early' })
    const stop = trickle(client, () => 'x', 5)
    await client.toEnd()
    stop()
    await expectAlive(server)
  })
})
