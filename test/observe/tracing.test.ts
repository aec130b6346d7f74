import * as api from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Block, internalRedirect, stream } from 'millrace'
import { tracing } from 'millrace/observe'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'
import { AsyncContexts } from './async-contexts.ts'

const exporter = new InMemorySpanExporter()

// The propagator of W3C is in a package of its own; this reads the one field that matters here.
const propagator: api.TextMapPropagator = {
  inject() {},
  extract(context, carrier, getter) {
    const [, traceId = '', spanId = ''] = String(getter.get(carrier, 'traceparent')).split('-')
    if (traceId === '') return context
    return api.trace.setSpanContext(context, { traceId, spanId, traceFlags: 1, isRemote: true })
  },
  fields: () => ['traceparent'],
}

beforeAll(() => {
  api.context.setGlobalContextManager(new AsyncContexts())
  api.propagation.setGlobalPropagator(propagator)
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
})
afterEach(() => exporter.reset())
afterAll(() => {
  api.context.disable()
  api.propagation.disable()
  api.trace.disable()
})

function activeSpanId(): string | undefined {
  return api.trace.getActiveSpan()?.spanContext().spanId
}

async function finished(moments: Moments, count = 1): Promise<ReadableSpan[]> {
  await moments.when('millrace:reply-closed', count)
  return exporter.getFinishedSpans()
}

eachDelivery(
  'tracing',
  (open, way) => {
    it('makes a span for each reply, below that of the client, until the reply is over', async () => {
      using traced = tracing(api)
      using moments = new Moments()
      const gate = new Gate()
      await using server = await open({ use: [traced], routes: { '/users/:id': () => stream(gate) } })
      const client = server.client()
      const traceId = '0af7651916cd43dd8448eb211c80319c'
      client.get('/users/7?secret=1', `traceparent: 00-${traceId}-b7ad6b7169203331-01`, 'User-Agent: me')
      gate.open('one')
      await client.untilChunk('one')
      expect(exporter.getFinishedSpans()).toEqual([])
      gate.end()
      const [span] = await finished(moments)
      expect(span).toMatchObject({ name: 'GET /users/:id', kind: api.SpanKind.SERVER, status: { code: 0 } })
      expect(span?.spanContext().traceId).toBe(traceId)
      expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
      expect(span?.attributes).toEqual({
        'http.request.method': 'GET',
        'url.path': '/users/7',
        'url.scheme': way.protocol.includes('TLS') ? 'https' : 'http',
        'http.route': '/users/:id',
        'network.protocol.name': 'http',
        'network.protocol.version': way.isHttp1 ? '1.1' : '2',
        'client.address': '127.0.0.1',
        'user_agent.original': 'me',
        'http.response.status_code': 200,
        'http.response.body.size': 3,
        'millrace.blocks': 1,
        'millrace.outcome': 'complete',
      })
      expect(span?.events.map(({ name }) => name)).toContain('first block')
    })

    it('G9: makes the span the active one in the handler, in each block and in finally', async () => {
      using traced = tracing(api)
      using moments = new Moments()
      const seen: unknown[] = []
      const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      await using server = await open({
        use: [traced],
        routes: {
          '/': async () => {
            seen.push(activeSpanId())
            await Promise.resolve()
            return stream(async function* () {
              try {
                for (const { promise } of gates) {
                  seen.push(activeSpanId())
                  yield 'x'
                  await promise
                }
              } finally {
                seen.push(activeSpanId())
              }
            })
          },
        },
      })
      const client = server.client()
      client.get('/')
      for (const gate of gates) {
        await client.untilChunk('x')
        gate.resolve()
      }
      const [span] = await finished(moments)
      expect(seen).toEqual(Array.from({ length: 4 }, () => span?.spanContext().spanId))
    })

    it('G9: makes it the active one in a body that the server collects, and in one that a route streams', async () => {
      using traced = tracing(api)
      using moments = new Moments()
      const seen: unknown[] = []
      async function* body(): AsyncGenerator<Block> {
        for (const block of ['one', 'two']) {
          seen.push(activeSpanId())
          yield block
        }
      }
      await using server = await open({
        use: [traced],
        routes: { '/buffered': () => body(), '/streamed': { GET: () => body(), stream: true } },
      })
      const client = server.client()
      for (const path of ['/buffered', '/streamed']) {
        client.get(path)
        expect((await client.reply()).text).toBe('onetwo')
      }
      const ids = (await finished(moments, 2)).map((span) => span.spanContext().spanId)
      expect(seen).toEqual([ids[0], ids[0], ids[1], ids[1]])
    })

    it.each([
      ['/fails', { code: 2 }, { 'error.type': 'RangeError', 'millrace.outcome': 'failed' }],
      ['/throws', { code: 2 }, { 'error.type': 'RangeError', 'http.response.status_code': 500 }],
      ['/missing', { code: 0 }, { 'http.response.status_code': 404, 'millrace.outcome': 'complete' }],
    ])('tells of %s what has failed', async (path, status, attributes) => {
      using traced = tracing(api)
      using moments = new Moments()
      const fail = (): never => {
        throw new RangeError('expected')
      }
      await using server = await open({
        use: [traced],
        routes: {
          '/throws': fail,
          '/fails': () =>
            stream(function* () {
              yield 'one'
              fail()
            }),
        },
      })
      const client = server.client()
      client.get(path)
      await client.reply()
      const [span] = await finished(moments)
      expect(span).toMatchObject({ status, attributes })
      const exceptions = span?.events.filter(({ name }) => name === 'exception')
      expect(exceptions).toHaveLength(status.code === 2 ? 1 : 0)
    })

    it('has one span for a request that is redirected internally, named by the route that answers', async () => {
      using traced = tracing(api)
      using moments = new Moments()
      const seen: unknown[] = []
      await using server = await open({
        use: [traced],
        routes: {
          '/old': () => {
            throw internalRedirect('/new/1')
          },
          '/new/:id': () => {
            seen.push(activeSpanId())
            return 'x'
          },
        },
      })
      const client = server.client()
      client.get('/old')
      await client.reply()
      const spans = await finished(moments)
      expect(spans).toHaveLength(1)
      expect(spans[0]).toMatchObject({ name: 'GET /new/:id', attributes: { 'http.route': '/new/:id' } })
      expect(seen).toEqual([spans[0]?.spanContext().spanId])
    })

    it('makes no span when it is stopped, and its middleware does nothing', async () => {
      const traced = tracing(api)
      traced.stop()
      using moments = new Moments()
      await using server = await open({ use: [traced], routes: { '/': () => String(activeSpanId()) } })
      const client = server.client()
      client.get('/')
      expect((await client.reply()).text).toBe('undefined')
      expect(await finished(moments)).toEqual([])
    })
  },
  { isLarge: true },
)
