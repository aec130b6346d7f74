import { AsyncLocalStorage } from 'node:async_hooks'
import { serve } from 'srvx'
import { makeBlocks, port, readNote, type SourceOptions } from './source.ts'

type SourceInit = ResponseInit & Pick<SourceOptions, 'readName'>

const names = new AsyncLocalStorage<string>()
const text = { 'Content-Type': 'text/plain; charset=utf-8' }

const routes: Record<string, (request: Request, query: URLSearchParams) => Response> = {
  '/hello': () => new Response('hello\n'),
  '/blocks': (request, query) => sendSource(request, query, { headers: text }),
  '/length': (request, query) =>
    sendSource(request, query, { headers: { ...text, 'Content-Length': query.get('length') ?? '0' } }),
  '/status': (request, query) => sendSource(request, query, { status: Number(query.get('status')) }),
  '/empty': () => new Response(ReadableStream.from(['a', '', 'b'].map((block) => Buffer.from(block)))),
  '/context': (request, query) => {
    const options = { headers: text, readName: () => names.getStore() }
    return names.run(query.get('name') ?? '', () => sendSource(request, query, options))
  },
  '/inject': (_, query) => new Response('ok', { headers: { 'X-Value': query.get('value') ?? '' } }),
  '/state': (_, query) => Response.json(readNote(query.get('id'))),
  '/stop': (_, query) => {
    setTimeout(() => server.close())
    setTimeout(() => server.close(true), Number(query.get('grace')))
    return new Response(null, { status: 202 })
  },
}

function sendSource({ signal }: Request, query: URLSearchParams, options: SourceInit): Response {
  const { readName, ...init } = options
  return new Response(ReadableStream.from(makeBlocks(query, { signal, readName })), init)
}

function refuse(path: string): Response {
  const why =
    path === '/late-head' ? 'the head of a Response is made before its body' : 'srvx has no means for it'
  return new Response(null, { status: 404, headers: { 'X-Not-Offered': why } })
}

const server = serve({
  port,
  hostname: '127.0.0.1',
  gracefulShutdown: false,
  fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    return routes[pathname]?.(request, searchParams) ?? refuse(pathname)
  },
})
