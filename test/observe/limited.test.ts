// Requests that are refused for the limit of their client, which no handler and no middleware sees.
import { once } from 'node:events'
import { connect } from 'node:http2'
import * as api from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import * as promClient from 'prom-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stream } from 'millrace'
import { accessLog, metrics, tracing } from 'millrace/observe'
import { testCertificate } from '../support/connect-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import type { TestServer } from '../support/test-server.ts'
import { LogLines } from './log-lines.ts'

const exporter = new InMemorySpanExporter()

beforeAll(() => {
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
})
afterAll(() => api.trace.disable())

eachDelivery('a request that is refused for `maxRepliesPerClient`', (open, { isHttp1 }) => {
  const protocol = isHttp1 ? 'HTTP/1.1' : 'HTTP/2.0'

  it.each([
    ['GET', 22],
    ['HEAD', 0],
  ])('%s has a line, is counted, and has a span', async (method, bytes) => {
    exporter.reset()
    const lines = new LogLines()
    const registry = new promClient.Registry()
    const gate = new Gate()
    using _log = accessLog(lines.logger, { userAgent: true })
    using _counted = metrics(promClient, { registry })
    using _traced = tracing(api)
    using moments = new Moments()
    await using server = await open({ maxRepliesPerClient: 1, routes: { '/*': () => stream(gate) } })
    const live = server.client()
    live.get('/live')
    gate.open('begun')
    await live.untilChunk('begun')
    const client = server.client()
    client.request(method, '/a?secret=1', 'User-Agent: me', 'X-Request-Id: abc-1')
    expect(await client.reply(method)).toMatchObject({ status: 429 })
    await moments.when('millrace:reply-closed')

    const about = { method, path: '/a', status: 429, protocol, remoteAddress: '127.0.0.1' }
    const line = await lines.when(1)
    expect(line).toMatchObject({ ...about, level: 30, outcome: 'complete', bytes, userAgent: 'me' })
    expect(line).toMatchObject({ requestId: 'abc-1' })
    expect(JSON.stringify(line)).not.toContain('secret')

    const labels = `method="${method}",route="",status="429",outcome="complete",protocol="${protocol}"`
    expect(await registry.metrics()).toContain(`millrace_replies_total{${labels}} 1\n`)
    expect(await registry.metrics()).toContain('millrace_replies_in_flight 1\n')

    const [span] = exporter.getFinishedSpans()
    expect(span?.name).toBe(method)
    expect(span?.attributes).toMatchObject({
      'http.request.method': method,
      'url.path': '/a',
      'http.response.status_code': 429,
      'client.address': '127.0.0.1',
      'user_agent.original': 'me',
    })
    gate.end()
    await live.untilEnd()
    await lines.when(2)
    expect(moments.count('millrace:request-read')).toBe(2)
  })

  it('is told with the address that a trusted proxy says', async () => {
    const lines = new LogLines()
    const gate = new Gate()
    using _ = accessLog(lines.logger)
    await using server = await open({
      maxRepliesPerClient: 1,
      trustProxy: true,
      routes: { '/': () => stream(gate) },
    })
    const live = server.client()
    live.get('/', 'X-Forwarded-For: 192.0.2.7')
    gate.open('begun')
    await live.untilChunk('begun')
    const client = server.client()
    client.get('/', 'X-Forwarded-For: 192.0.2.7')
    await client.reply()
    expect(await lines.when(1)).toMatchObject({ status: 429, remoteAddress: '192.0.2.7' })
    gate.end()
    await live.untilEnd()
  })
})

// Whether anybody watches makes no difference.
const watched: [string, boolean][] = [
  ['with nobody watching', false],
  ['with a log', true],
]

eachDelivery('a text that its client does not read', (open) => {
  it.each(watched)('G13: counts for `maxRepliesPerClient`, %s', async (_, isLogged) => {
    const lines = new LogLines()
    using _log = isLogged ? accessLog(lines.logger) : undefined
    const called = Promise.withResolvers<void>()
    await using server = await open({
      maxRepliesPerClient: 1,
      routes: {
        '/long': () => {
          setImmediate(called.resolve)
          return 'x'.repeat(1 << 25)
        },
        '/': () => 'x',
      },
    })
    const slow = server.client()
    slow.pause()
    slow.get('/long')
    await called.promise
    const other = server.client()
    other.get('/')
    expect(await other.reply()).toMatchObject({ status: 429 })
    slow.resume()
    expect(await slow.reply()).toMatchObject({ status: 200, isComplete: true })
    await untilTaken(server)
  })
})

eachDelivery(
  'a short text for a client that has shut its window',
  (open) => {
    it.each(watched)('G13: counts for `maxRepliesPerClient`, %s', async (_, isLogged) => {
      const lines = new LogLines()
      using _log = isLogged ? accessLog(lines.logger) : undefined
      await using server = await open({ maxRepliesPerClient: 1, routes: { '/': () => 'x' } })
      const settings = { initialWindowSize: 0 }
      const session = connect(server.url, { settings, ca: testCertificate.cert, servername: 'localhost' })
      const slow = session.request({ ':path': '/' })
      await once(slow, 'response')
      const other = server.client()
      other.get('/')
      expect(await other.reply()).toMatchObject({ status: 429 })
      session.destroy()
      await untilTaken(server)
    })
  },
  { protocols: 'http2' },
)

/** Asks until the client is not at its limit any more. */
async function untilTaken(server: TestServer): Promise<void> {
  let status = 429
  while (status === 429) {
    const client = server.client()
    client.get('/')
    status = (await client.reply()).status
  }
  expect(status).toBe(200)
}
