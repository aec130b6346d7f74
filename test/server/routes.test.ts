import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { HttpError, reply, serve, stream } from 'millrace'
import type { Middleware } from 'millrace/gateway'
import { eachDelivery } from '../support/each-delivery.ts'

eachDelivery('routes', (open, { isHttp1 }) => {
  it('answer by method, with 404, 405 and OPTIONS by themselves', async () => {
    await using server = await open({
      routes: {
        '/any': ({ method }) => method,
        'GET /item/:id': ({ params }) => `got ${params['id']}`,
        'PUT /item/:id': ({ params }) => `put ${params['id']}`,
        '/both': { POST: () => 'posted', DELETE: () => reply(null, { status: 204 }) },
        '/files/**': ({ path }) => path,
      },
    })
    const client = server.client()
    const ask = async (method: string, path: string) => {
      client.request(method, path)
      const { status, text, headers } = await client.reply(method)
      return [status, text, headers.get('allow')]
    }
    expect(await ask('PATCH', '/any')).toEqual([200, 'PATCH', undefined])
    expect(await ask('GET', '/item/7%2F8')).toEqual([200, 'got 7/8', undefined])
    expect(await ask('PUT', '/item/7')).toEqual([200, 'put 7', undefined])
    expect(await ask('HEAD', '/item/7')).toEqual([200, '', undefined])
    expect(await ask('DELETE', '/both')).toEqual([204, '', undefined])
    expect(await ask('GET', '/files/a/b')).toEqual([200, '/files/a/b', undefined])
    expect(await ask('GET', '/none')).toEqual([404, 'Not found\n', undefined])
    expect(await ask('POST', '/item/7')).toEqual([405, 'Method not allowed\n', 'GET, HEAD, OPTIONS, PUT'])
    expect(await ask('GET', '/both')).toEqual([405, 'Method not allowed\n', 'DELETE, OPTIONS, POST'])
    expect(await ask('OPTIONS', '/item/7')).toEqual([204, '', 'GET, HEAD, OPTIONS, PUT'])
    expect(await ask('OPTIONS', '/none')).toEqual([404, 'Not found\n', undefined])
    const [status, text] = await ask('OPTIONS', '*')
    expect([status, text]).toEqual([204, ''])
    expect(await ask('GET', '/item/%ff')).toEqual([
      400,
      expect.stringContaining('Cannot decode the path'),
      undefined,
    ])
  })

  it('see no path around another: dot segments are resolved first', async () => {
    await using server = await open({
      routes: { '/public/**': ({ path }) => path, '/secret': () => 'secret' },
    })
    const client = server.client()
    for (const path of ['/public/../secret', '/public/%2e%2e/secret', '/public/./../secret']) {
      client.get(path)
      expect((await client.reply()).text).toBe('secret')
    }
    if (!isHttp1) return
    client.get('http://example.test/public/x?y')
    expect((await client.reply()).text).toBe('/public/x')
  })

  it('have middleware around them: the first outermost, that of the server outside', async () => {
    const log: string[] = []
    const note =
      (name: string): Middleware =>
      (handler) =>
      async (context) => {
        log.push(`${name} in`)
        const answer = await handler(context)
        log.push(`${name} out`)
        return answer
      }
    await using server = await open({
      use: [note('server 1'), note('server 2')],
      routes: {
        '/': { use: [note('route 1'), note('route 2')], GET: () => (log.push('handler'), 'x') },
        '/bare': () => (log.push('bare'), 'y'),
      },
    })
    const client = server.client()
    client.get('/')
    await client.reply()
    expect(log).toEqual([
      'server 1 in',
      'server 2 in',
      'route 1 in',
      'route 2 in',
      'handler',
      'route 2 out',
      'route 1 out',
      'server 2 out',
      'server 1 out',
    ])
    log.length = 0
    client.get('/bare')
    await client.reply()
    expect(log).toEqual(['server 1 in', 'server 2 in', 'bare', 'server 2 out', 'server 1 out'])
  })
})

const bad: readonly { what: string; options: object; message: RegExp }[] = [
  { what: 'an unknown option', options: { routes: {}, prot: 1 }, message: /no option .prot/ },
  {
    what: 'a port that is none',
    options: { routes: {}, port: 70_000 },
    message: /`port` is .*70000.*; give 0 to 65535/,
  },
  { what: 'neither routes nor fetch', options: {}, message: /give either `routes` or `fetch`/ },
  {
    what: 'both routes and fetch',
    options: { routes: {}, fetch: () => new Response() },
    message: /either `routes` or `fetch`/,
  },
  { what: 'a route without a handler', options: { routes: { '/x': {} } }, message: /"\/x".*no handler/ },
  {
    what: 'a route that is no function',
    options: { routes: { '/x': 'text' } },
    message: /"\/x".*a string \(text\)/,
  },
  { what: 'a route without a slash', options: { routes: { x: () => 'x' } }, message: /"x".*begins with \// },
  {
    what: 'a route with an unknown option',
    options: { routes: { '/x': { GTE: () => 'x' } } },
    message: /"GTE"/,
  },
  { what: 'a limit below 0', options: { routes: {}, maxRequestBytes: -1 }, message: /`maxRequestBytes`/ },
  { what: 'a delivery that there is not', options: { routes: {}, delivery: 'fast' }, message: /delivery/ },
]

it.each(bad)('serve refuses $what with an error that names it', async ({ options, message }) => {
  await expect(Reflect.apply(serve, undefined, [options])).rejects.toThrow(message)
})

it('serve refuses a used port with an error that names it', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = Object(other.address())
  const failure = serve({ port, routes: {} })
  await expect(failure).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port}: the port is in use; give another \`port\``,
  )
  await new Promise((resolve) => other.close(resolve))
})

it('an error page that fails is told of, and the status goes out alone', async () => {
  const reported: unknown[] = []
  await using server = await serve({
    routes: {},
    errorPages: {
      404: () => {
        throw new Error('of the page')
      },
    },
    report: (error) => reported.push(error),
  })
  const response = await fetch(`${server.url}/none`)
  expect([response.status, await response.text()]).toEqual([404, 'Not found\n'])
  expect(reported).toEqual([new Error('of the page')])
})

it('an error page answers for every error before the head, streamed or not, and HEAD has its head', async () => {
  await using server = await serve({
    routes: {
      '/stream': () =>
        stream(function* () {
          throw new HttpError(410, 'gone for good')
        }),
    },
    errorPages: { default: ({ status, message }) => stream([`page ${status} ${message}`], { status }) },
  })
  const gone = await fetch(`${server.url}/stream`)
  expect([gone.status, await gone.text()]).toEqual([410, 'page 410 gone for good'])
  expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(404)
})
