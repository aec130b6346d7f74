import { describe, expect, it, vi } from 'vitest'
import { RequestContext, type RequestFacts } from './request-context.ts'

function createFacts(given: Partial<RequestFacts> = {}): RequestFacts {
  return {
    method: 'GET',
    target: '/',
    transport: {
      protocol: 'HTTP/1.1',
      secure: false,
      remoteAddress: '127.0.0.1',
      remotePort: 1,
      peerAddress: '127.0.0.1',
      asynchronous: false,
      delivery: 'block',
    },
    origin: vi.fn<() => string>(() => 'http://example.com'),
    headers: vi.fn<() => Headers>(() => new Headers({ a: 'b' })),
    body: vi.fn<() => ReadableStream<Uint8Array> | null>(() => null),
    ...given,
  }
}

describe('RequestContext', () => {
  it.each([
    ['/cities', '/cities', ''],
    ['/', '/', ''],
    ['/cities?a=1&b=2', '/cities', '?a=1&b=2'],
    ['/cities?', '/cities', '?'],
    ['/a?b?c', '/a', '?b?c'],
    ['/a#b?c', '/a', ''],
    ['/a?b#c', '/a', '?b'],
    ['/a%20b/%C3%A4', '/a%20b/%C3%A4', ''],
    ['/a/../b', '/b', ''],
    ['/a/./b', '/a/b', ''],
    ['/../../etc/passwd', '/etc/passwd', ''],
    ['/a/%2e%2E/b', '/b', ''],
    ['/a\\..\\b', '/b', ''],
    ['/.well-known/x', '/.well-known/x', ''],
    ['/a..b/c', '/a..b/c', ''],
    ['//host/x', '//host/x', ''],
    ['/a?x=/../b', '/a', '?x=/../b'],
  ])('splits %s', (target, path, search) => {
    const context = new RequestContext(createFacts({ target }))
    expect(context.path).toBe(path)
    expect(context.url.pathname).toBe(path)
    expect(context.url.search).toBe(search === '?' ? '' : search)
    expect(context.url.host).toBe('example.com')
  })

  it('makes its members when they are read, once', () => {
    const facts = createFacts({ target: '/?a=1' })
    const context = new RequestContext(facts)
    expect([facts.origin, facts.headers, facts.body].flatMap((one) => vi.mocked(one).mock.calls)).toEqual([])
    for (const name of ['url', 'query', 'headers', 'request', 'signal', 'state'] as const) {
      expect(context[name]).toBe(context[name])
    }
    expect(facts.origin).toHaveBeenCalledOnce()
    expect(facts.headers).toHaveBeenCalledOnce()
    expect(facts.body).toHaveBeenCalledOnce()
    expect(context.query.get('a')).toBe('1')
  })

  it('reads the query without making the URL', () => {
    const facts = createFacts({ target: '/?name=%C3%A4' })
    expect(new RequestContext(facts).query.get('name')).toBe('ä')
    expect(facts.origin).not.toHaveBeenCalled()
  })

  it('has no params until a route has caught some', () => {
    const context = new RequestContext(createFacts())
    expect(context.params).toEqual({})
    context.params = { id: '1' }
    expect(context.params).toEqual({ id: '1' })
    expect(new RequestContext(createFacts()).params).toEqual({})
  })

  it('tells method and transport as they are', () => {
    const facts = createFacts({ method: 'PURGE' })
    const context = new RequestContext(facts)
    expect(context.method).toBe('PURGE')
    expect(context.transport).toBe(facts.transport)
  })
})

describe('request', () => {
  it('is the request in the standard interface, with its body', async () => {
    const body = () => ReadableStream.from([Buffer.from('hello')])
    const context = new RequestContext(createFacts({ method: 'POST', target: '/x?y=1', body }))
    const { request } = context
    expect(request.method).toBe('POST')
    expect(request.url).toBe('http://example.com/x?y=1')
    expect(request.headers.get('a')).toBe('b')
    expect(await request.text()).toBe('hello')
  })

  it('has no body where there is none', () => {
    expect(new RequestContext(createFacts()).request.body).toBe(null)
  })

  it('G10: has a signal that is aborted with the context', () => {
    const context = new RequestContext(createFacts())
    const { signal } = context.request
    expect(signal.aborted).toBe(false)
    context.abort(new Error('gone'))
    expect(signal.aborted).toBe(true)
  })
})

describe('abort', () => {
  it('G10: aborts the signal with its reason, read before or after', () => {
    const [early, late] = [new RequestContext(createFacts()), new RequestContext(createFacts())]
    const { signal } = early
    for (const context of [early, late]) context.abort('gone')
    expect(signal.reason).toBe('gone')
    expect(late.signal.reason).toBe('gone')
  })

  it('keeps the first reason', () => {
    const context = new RequestContext(createFacts())
    context.abort('first')
    context.abort('second')
    expect(context.signal.reason).toBe('first')
  })
})

describe('onClose', () => {
  it('keeps closers in order until they are taken, once', () => {
    const context = new RequestContext(createFacts())
    const closers = [() => 1, () => 2]
    expect(context.hasClosers).toBe(false)
    for (const closer of closers) context.onClose(closer)
    expect(context.hasClosers).toBe(true)
    expect(context.takeClosers()).toEqual(closers)
    expect(context.takeClosers()).toEqual([])
  })

  it('refuses a closer after the reply has closed', () => {
    const context = new RequestContext(createFacts())
    expect(context.isClosed).toBe(false)
    context.close()
    expect(context.isClosed).toBe(true)
    expect(() => context.onClose(() => {})).toThrow(
      /^Cannot register what to call on close: the reply has closed/,
    )
  })
})

it('RequestContext.draining aborts with the reason, when it is read before or after', () => {
  const reason = new Error('closing')
  const before = new RequestContext(createFacts())
  const { draining } = before
  expect([draining.aborted, before.signal.aborted]).toEqual([false, false])
  const after = new RequestContext(createFacts(), before)
  after.drain(reason)
  after.drain(new Error('another'))
  expect([draining.reason, after.draining.reason, before.draining]).toEqual([reason, reason, draining])
  expect(before.signal.aborted).toBe(false)
})
