import { describe, expect, it } from 'vitest'
import type { Handler, Middleware, Routes } from './handler.ts'
import { type Match, Router } from './router.ts'

const named = (name: string): Handler => Object.assign(() => name, { label: name })

/** What a match is, in one word, and the params that it has caught. */
function tell(match: Match): string {
  if (match.kind !== 'found') return match.kind === 'no-method' ? `405 ${match.allow}` : '404'
  const { handler } = match.endpoint
  const label: unknown = 'label' in handler ? handler.label : '?'
  return match.params ? `${String(label)} ${JSON.stringify(match.params)}` : String(label)
}

function find(routes: Routes, request: string): string {
  const [method = '', path = ''] = request.split(' ')
  return tell(new Router(routes).find(method, path))
}

describe('find', () => {
  const routes: Routes = {
    '/': named('index'),
    '/cities': named('cities'),
    '/cities/new': named('new'),
    '/cities/:id': named('city'),
    '/cities/:id/streets/:street': named('street'),
    '/files/**': named('files'),
    '/docs/**:rest': named('docs'),
    'GET /read': named('read'),
    '/both': { GET: named('get'), POST: named('post') },
    '/mixed': { POST: named('post'), handler: named('any') },
    '/headed': { GET: named('get'), HEAD: named('head') },
    '/asked': { GET: named('get'), OPTIONS: named('options') },
    'POST /two': named('two post'),
    'GET /two': named('two get'),
    'PURGE /cache': { handler: named('purge') },
  }

  it.each([
    ['GET /', 'index'],
    ['GET /cities', 'cities'],
    ['DELETE /cities', 'cities'],
    ['GET /cities/new', 'new'],
    ['GET /cities/12', 'city {"id":"12"}'],
    ['GET /cities/1/streets/2', 'street {"id":"1","street":"2"}'],
    ['GET /cities/1/streets', '404'],
    ['GET /Cities', '404'],
    ['GET /none', '404'],
    ['GET /files/a/b.txt', 'files {"0":"a/b.txt","_":"a/b.txt"}'],
    ['GET /docs/a/b', 'docs {"rest":"a/b"}'],
    ['GET /read', 'read'],
    ['HEAD /read', 'read'],
    ['POST /read', '405 GET, HEAD, OPTIONS'],
    ['OPTIONS /read', '405 GET, HEAD, OPTIONS'],
    ['GET /both', 'get'],
    ['POST /both', 'post'],
    ['HEAD /both', 'get'],
    ['PUT /both', '405 GET, HEAD, OPTIONS, POST'],
    ['POST /mixed', 'post'],
    ['PUT /mixed', 'any'],
    ['OPTIONS /mixed', 'any'],
    ['HEAD /headed', 'head'],
    ['OPTIONS /asked', 'options'],
    ['PUT /asked', '405 GET, HEAD, OPTIONS'],
    ['POST /two', 'two post'],
    ['HEAD /two', 'two get'],
    ['PURGE /cache', 'purge'],
    ['GET /cache', '405 OPTIONS, PURGE'],
    ['get /read', '405 GET, HEAD, OPTIONS'],
  ])('%s → %s', (request, expected) => {
    expect(find(routes, request)).toBe(expected)
  })
})

describe('find among routes of one path', () => {
  const routes: Routes = {
    'POST /api/**': named('any post'),
    'PUT /api/:name': named('one put'),
    'GET /api/users': named('users get'),
  }

  it.each([
    ['GET /api/users', 'users get'],
    ['PUT /api/users', 'one put {"name":"users"}'],
    ['POST /api/users', 'any post {"0":"users","_":"users"}'],
    ['HEAD /api/users', 'users get'],
    ['DELETE /api/users', '405 GET, HEAD, OPTIONS, POST, PUT'],
    ['GET /api/other', '405 OPTIONS, POST, PUT'],
    ['POST /api/other', 'any post {"0":"other","_":"other"}'],
  ])('prefers the most specific route that has the method: %s → %s', (request, expected) => {
    expect(find(routes, request)).toBe(expected)
  })

  it('prefers a specific route whatever the order in which they are given', () => {
    const given: [string, Handler][] = [
      ['/a/**', named('all')],
      ['/a/:b', named('one')],
      ['/a/b', named('exact')],
    ]
    for (const list of [given, given.toReversed()]) {
      const routes = Object.fromEntries(list)
      expect(['/a/b', '/a/c', '/a/c/d'].map((path) => find(routes, `GET ${path}`).split(' ')[0])).toEqual([
        'exact',
        'one',
        'all',
      ])
    }
  })
})

describe('params', () => {
  const router = new Router({ '/cities/:name': named('city'), '/files/**:path': named('file') })

  it.each([
    ['/cities/K%C3%B8benhavn', { name: 'København' }],
    ['/cities/a%2Fb', { name: 'a/b' }],
    ['/cities/a+b', { name: 'a+b' }],
    ['/cities/100%25', { name: '100%' }],
    ['/cities/%F0%9F%98%80', { name: '😀' }],
    ['/files/a%20b/c', { path: 'a b/c' }],
  ])('are decoded: %s', (path, params) => {
    expect(router.find('GET', path)).toMatchObject({ kind: 'found', params })
  })

  it.each(['/cities/%', '/cities/%zz', '/cities/%ff', '/cities/%C3', '/cities/a%2', '/files/x/%E0%A4%A'])(
    'that cannot be decoded are an error of status 400: %s',
    (path) => {
      expect(() => router.find('GET', path)).toThrow(
        expect.objectContaining({ status: 400, message: expect.stringMatching(/^Cannot decode the path/) }),
      )
    },
  )

  it('are no members of a prototype', () => {
    const match = new Router({ '/:__proto__': named('x') }).find('GET', '/polluted')
    expect(match.kind).toBe('found')
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
    expect(Reflect.get({}, 'polluted')).toBe(undefined)
  })
})

describe('endpoint', () => {
  const mark =
    (letter: string): Middleware =>
    (inner) =>
    (context) =>
      `${letter}(${String(inner(context))})`
  const answer = (router: Router, method = 'GET') => {
    const match = router.find(method, '/x')
    if (match.kind !== 'found') throw new Error(`Cannot find /x: ${match.kind}`)
    return match.endpoint
  }

  it('wraps the handlers of a route in its middleware, inside that of the server', () => {
    const routes: Routes = { '/x': { GET: () => 'get', POST: () => 'post', use: [mark('c'), mark('d')] } }
    const router = new Router(routes, { use: [mark('a'), mark('b')] })
    const call = (method: string) => Reflect.apply(answer(router, method).handler, undefined, [{}])
    expect(call('GET')).toBe('a(b(c(d(get))))')
    expect(call('POST')).toBe('a(b(c(d(post))))')
  })

  it.each([
    [undefined, undefined, false],
    [true, undefined, true],
    [undefined, true, true],
    [true, false, false],
    [false, true, true],
  ])('streams as the route says, or else the server: server %s, route %s → %s', (server, route, expected) => {
    const options = route === undefined ? {} : { stream: route }
    const router = new Router(
      { '/x': { handler: () => 'x', ...options } },
      server === undefined ? {} : { stream: server },
    )
    expect(answer(router).stream).toBe(expected)
  })
})

describe('Router', () => {
  const handler = named('x')
  const refuse = (routes: object) => () => Reflect.construct(Router, [routes])

  it.each<[string, object, RegExp]>([
    ['no handler', { '/x': {} }, /^Cannot serve the route "\/x": it has no handler/],
    ['only options', { '/x': { stream: true } }, /"\/x": it has no handler/],
    ['nothing', { '/x': undefined }, /"\/x": its handler is undefined/],
    ['null', { '/x': null }, /its handler is null/],
    ['text', { '/x': 'hello' }, /its handler is a string \(hello\)/],
    ['a handler that is none', { '/x': { GET: 'hello' } }, /"\/x": GET is a string/],
    ['an unknown option', { '/x': { handler, sream: true } }, /"\/x": there is no option "sream"/],
    ['a method in small letters', { '/x': { get: handler } }, /there is no option "get"/],
    ['a path without a slash', { x: handler }, /"x": a path begins with \//],
    ['a method without a path', { GET: handler }, /"GET": a path begins with \//],
    ['a method in front in small letters', { 'get /x': handler }, /a path begins with \//],
    [
      'a method and methods',
      { 'GET /x': { POST: handler } },
      /"GET \/x": it names a method, so give it `handler`/,
    ],
    ['a duplicate by method', { 'GET /x': handler, '/x': { GET: handler } }, /"\/x": it is there already/],
    ['a duplicate in one route', { 'GET /x': { handler, GET: handler } }, /it is there already/],
  ])('refuses %s, and names the route', (_, routes, message) => {
    expect(refuse(routes)).toThrow(message)
    expect(refuse(routes)).toThrow(TypeError)
  })

  it('takes no routes at all', () => {
    expect(new Router({}).find('GET', '/')).toEqual({ kind: 'no-path' })
  })
})
