// Requests that are refused when their head has been read: no context says what they have brought.
import { once } from 'node:events'
import { connect, constants } from 'node:http2'
import * as api from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { accessLog, tracing } from 'millrace/observe'
import { testCertificate } from '../support/connect-client.ts'
import { eachDelivery } from '../support/each-delivery.ts'
import { LogLines } from './log-lines.ts'

const exporter = new InMemorySpanExporter()

const propagator: api.TextMapPropagator = {
  inject() {},
  extract(context, carrier, getter) {
    const [, traceId = '', spanId = ''] = String(getter.get(carrier, 'traceparent')).split('-')
    return api.trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true })
  },
  fields: () => ['traceparent'],
}

beforeAll(() => {
  api.propagation.setGlobalPropagator(propagator)
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
})
afterEach(() => exporter.reset())
afterAll(() => {
  api.propagation.disable()
  api.trace.disable()
})

const limits = { maxRequestBytes: 100, maxTargetBytes: 50, maxHeaders: 10 }
const traceId = '0af7651916cd43dd8448eb211c80319c'
const brought = ['X-Request-Id: abc-1', 'User-Agent: me', `traceparent: 00-${traceId}-b7ad6b7169203331-01`]

eachDelivery('a request that is refused for its head', (open, { isHttp1 }) => {
  it.each([
    [400, 'GET', '/a', ['X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Host: a b']],
    [413, 'POST', '/a', ['Content-Length: 101']],
    [414, 'GET', `/${'a'.repeat(50)}`, []],
    [431, 'GET', '/a', Array.from({ length: 7 }, (_, index) => `X-${index}: 1`)],
  ])('as %i is told with what it brought', async (status, method, path, fields) => {
    const lines = new LogLines()
    using _log = accessLog(lines.logger, { userAgent: true })
    using _traced = tracing(api)
    await using server = await open({ ...limits, trustProxy: true, routes: { '/*': () => 'x' } })
    const client = server.client()
    client.request(method, path, ...brought, ...fields)
    expect((await client.reply(method)).status).toBe(status)
    const line = await lines.when(1)
    expect(line).toMatchObject({ status, path, outcome: 'complete', requestId: 'abc-1', userAgent: 'me' })
    const [span] = exporter.getFinishedSpans()
    expect(span?.spanContext().traceId).toBe(traceId)
    expect(span?.attributes['user_agent.original']).toBe('me')
    expect(server.reported).toEqual([])
  })

  it.runIf(isHttp1)('as 400 for its host is told with what it brought', async () => {
    const lines = new LogLines()
    using _ = accessLog(lines.logger, { userAgent: true })
    await using server = await open({ routes: { '/*': () => 'x' } })
    const client = server.client()
    client.send(['GET /a HTTP/1.1', ...brought, 'Host: <bad>', '', ''].join('\r\n'))
    expect((await client.reply()).status).toBe(400)
    expect(await lines.when(1)).toMatchObject({ status: 400, requestId: 'abc-1', userAgent: 'me' })
  })
})

eachDelivery(
  'CONNECT',
  (open) => {
    it('is an answer of 501 that nobody need hear of, and no fault', async () => {
      const lines = new LogLines()
      using _ = accessLog(lines.logger)
      await using server = await open({ routes: { '/': () => 'x' } })
      const session = connect(server.url, { ca: testCertificate.cert, servername: 'localhost' })
      try {
        const tunnel = session.request({
          ':method': 'CONNECT',
          ':authority': 'test:443',
          'x-request-id': 'b-2',
        })
        const [headers] = await once(tunnel, 'response')
        expect(headers[constants.HTTP2_HEADER_STATUS]).toBe(501)
        tunnel.resume()
        const line = await lines.when(1)
        expect(line).toMatchObject({ method: 'CONNECT', path: '', status: 501, requestId: 'b-2' })
        expect(line).toMatchObject({ level: 30, outcome: 'complete' })
        expect(line).not.toHaveProperty('error')
      } finally {
        session.destroy()
      }
      await server.close({ grace: 1000 })
      expect(server.reported).toEqual([])
    })
  },
  { protocols: 'http2' },
)
