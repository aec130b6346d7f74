import { describe, expect, it, vi } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import { clientAwaited, clientResumed, replyClosed, requestRead } from '../../delivery/channels.ts'
import { tracing } from './tracing.ts'
import type { Span, TraceContext, TracingApi } from './tracing-api.ts'

const root: TraceContext = { getValue: () => undefined, setValue: () => root, deleteValue: () => root }

/** An API that notes what happens to its spans. */
function createApi() {
  const log: string[] = []
  const span: Span = {
    setAttributes: () => log.push('attributes'),
    setStatus: ({ code }) => log.push(`status ${code}`),
    addEvent: (name, attributes) => log.push(`event ${name} ${JSON.stringify(attributes)}`),
    recordException: ({ message }) => void log.push(`exception ${message}`),
    updateName: (name) => log.push(`name ${name}`),
    end: () => void log.push('end'),
  }
  const startSpan = (name: string): Span => {
    log.push(`span ${name}`)
    return span
  }
  const api: TracingApi = {
    ROOT_CONTEXT: root,
    SpanKind: { SERVER: 1 },
    SpanStatusCode: { ERROR: 2 },
    context: { with: (_context, task) => task() },
    propagation: { extract: (context) => context },
    trace: { getTracer: () => ({ startSpan }), setSpan: (context) => context },
  }
  return { api, log }
}

const reply = { progress: { bytes: 0, blocks: 0 }, requestField: () => undefined }

function begin(): void {
  requestRead.publish({ reply, method: 'GET', path: '/', protocol: 'HTTP/1.1', context: createContext() })
}

describe('tracing', () => {
  it('tells of waits for the client that are long', () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1))
    const { api, log } = createApi()
    using _ = tracing(api, { longWait: 50 })
    begin()
    for (const wait of [40, 60]) {
      clientAwaited.publish({ reply })
      now += wait
      clientResumed.publish({ reply })
    }
    replyClosed.publish({ reply, outcome: { kind: 'complete', bytes: 0, blocks: 0 }, errors: [] })
    vi.restoreAllMocks()
    expect(log).toEqual([
      'span GET',
      'event waited for the client {"millrace.wait_ms":61}',
      'attributes',
      'end',
    ])
  })

  it('ends a span as an error where the reply has failed', () => {
    const { api, log } = createApi()
    using _ = tracing(api)
    begin()
    const error = new Error('expected')
    replyClosed.publish({ reply, outcome: { kind: 'failed', error, bytes: 0, blocks: 0 }, errors: [] })
    expect(log).toEqual(['span GET', 'attributes', 'status 2', 'exception expected', 'end'])
  })

  it('calls the handler as it is, for a request without a span', () => {
    const { api, log } = createApi()
    using traced = tracing(api)
    const body = ['x']
    expect(traced(() => body)(createContext())).toBe(body)
    expect(log).toEqual([])
  })
})
