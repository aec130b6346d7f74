import { expect, it } from 'vitest'
import { runInContext } from '../context/current-context.ts'
import { RequestContext } from '../context/request-context.ts'
import { Reply } from '../reply/reply.ts'
import { wsgi } from './wsgi.ts'

function createContext(): RequestContext {
  return new RequestContext({
    method: 'GET',
    target: '/x',
    transport: {
      protocol: 'HTTP/1.1',
      secure: true,
      remoteAddress: undefined,
      remotePort: undefined,
      peerAddress: undefined,
      asynchronous: false,
      delivery: 'block',
    },
    origin: () => 'https://example.com',
    headers: () => new Headers(),
    body: () => null,
  })
}

it('wsgi gives a reply that any host can send', async () => {
  const context = createContext()
  const handler = wsgi((environ, startResponse) => {
    startResponse('201 Created', [['X-Scheme', environ['wsgi.url_scheme']]])
    return [Buffer.from(`port ${environ.SERVER_PORT}`)]
  })
  const answer = await runInContext(context, handler)
  if (!(answer instanceof Reply)) throw new TypeError('Cannot read an answer that is no reply')
  expect([answer.status, answer.statusText, answer.headers.get('x-scheme')]).toEqual([
    201,
    'Created',
    'https',
  ])
  expect(answer.headers.get('content-length')).toBe('8')
  expect(await answer.text()).toBe('port 443')
})

it('wsgi refuses what is no application, and a place that is no path', () => {
  expect(() => wsgi(JSON.parse('"app"'))).toThrow('Cannot serve a WSGI application: give a function')
  for (const script of ['shop', '/shop/', '/']) {
    expect(() => wsgi(() => [], { script })).toThrow(JSON.stringify(script))
  }
})
