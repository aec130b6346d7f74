import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import { makeBlocks, port, queryOf, readNote } from './source.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown

const names = new AsyncLocalStorage<string>()
const text = { 'Content-Type': 'text/plain; charset=utf-8' }

const routes: Record<string, Handler> = {
  '/hello': (_, response) => response.writeHead(200, text).end('hello\n'),
  '/blocks': (request, response, query) => {
    response.setHeaders(new Headers(text))
    return send(request, response, makeBlocks(query, request))
  },
  '/compressed': (request, response, query) => {
    response.setHeaders(new Headers({ ...text, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' }))
    return sendCompressed(response, makeBlocks(query, request))
  },
  '/length': (request, response, query) => {
    response.setHeaders(new Headers({ ...text, 'Content-Length': query.get('length') ?? '0' }))
    return send(request, response, makeBlocks(query, request))
  },
  '/status': (request, response, query) => {
    response.statusCode = Number(query.get('status'))
    return send(request, response, makeBlocks(query, request))
  },
  '/late-head': (request, response) => send(request, response, makeLate(response)),
  '/empty': (request, response) => send(request, response, ['a', '', 'b']),
  '/context': (request, response, query) => {
    response.setHeaders(new Headers(text))
    const options = { signal: request.signal, readName: () => names.getStore() }
    return names.run(query.get('name') ?? '', () => send(request, response, makeBlocks(query, options)))
  },
  '/inject': (_, response, query) => response.setHeader('X-Value', query.get('value') ?? '').end('ok'),
  '/state': (_, response, query) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(readNote(query.get('id'))))
  },
  '/stop': (_, response, query) => {
    response.writeHead(202).end()
    server.close(() => process.exit())
    setTimeout(() => server.closeAllConnections(), Number(query.get('grace')))
  },
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  blocks: AsyncIterable<Uint8Array> | string[],
): Promise<void> {
  const { signal } = request
  for await (const block of blocks) {
    if (!response.write(block)) await once(response, 'drain', { signal })
  }
  response.end()
}

// As the documentation of node:zlib does it for a reply that goes on: each block is written and flushed.
async function sendCompressed(response: ServerResponse, blocks: AsyncIterable<Uint8Array>): Promise<void> {
  const gzip = createGzip()
  gzip.pipe(response)
  response.on('close', () => gzip.destroy())
  for await (const block of blocks) {
    gzip.write(block)
    await new Promise<void>((resolve) => gzip.flush(resolve))
  }
  gzip.end()
}

async function* makeLate(response: ServerResponse): AsyncGenerator<Uint8Array> {
  response.statusCode = 202
  response.setHeader('X-Late', 'yes')
  yield Buffer.from('late\n')
}

const server = createServer(async (request, response) => {
  const query = queryOf(request.url)
  const handler = routes[new URL(request.url ?? '/', 'http://localhost').pathname]
  try {
    if (handler) await handler(request, response, query)
    else response.writeHead(404, { 'X-Not-Offered': 'node:http has no means for it' }).end()
  } catch (error) {
    if (request.signal.aborted) return
    console.error(error)
    if (response.headersSent) response.destroy()
    else response.writeHead(500, text).end('Internal Server Error\n')
  }
})

server.listen(port, '127.0.0.1')
