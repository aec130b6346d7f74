import { Readable } from 'node:stream'
import { constants } from 'node:zlib'
import Koa, { type Context } from 'koa'
import compress from 'koa-compress'
import { makeBlocks, port, queryOf, readNote } from './source.ts'

const app = new Koa({ asyncLocalStorage: true })

// As the first example of its README: what is compressed is flushed after each write.
const compression = compress({
  threshold: 2048,
  gzip: { flush: constants.Z_SYNC_FLUSH },
  deflate: { flush: constants.Z_SYNC_FLUSH },
  br: false,
})

const routes: Record<string, (context: Context, query: URLSearchParams) => unknown> = {
  '/hello': (context) => (context.body = 'hello\n'),
  '/blocks': sendSource,
  '/compressed': (context, query) => compression(context, async () => sendSource(context, query)),
  '/length': (context, query) => {
    sendSource(context, query)
    context.set('Content-Length', query.get('length') ?? '0')
  },
  '/status': (context, query) => {
    sendSource(context, query)
    context.status = Number(query.get('status'))
  },
  '/late-head': (context) => (context.body = Readable.from(makeLate(context))),
  '/empty': (context) => (context.body = Readable.from(['a', '', 'b'])),
  '/context': (context, query) => {
    context.state['name'] = query.get('name')
    const options = { signal: context.req.signal, readName: () => app.currentContext?.['state'].name }
    context.type = 'text/plain'
    context.body = Readable.from(makeBlocks(query, options))
  },
  '/inject': (context, query) => {
    context.set('X-Value', query.get('value') ?? '')
    context.body = 'ok'
  },
  '/state': (context, query) => (context.body = readNote(query.get('id'))),
  '/stop': (context, query) => {
    context.status = 202
    context.body = ''
    server.close(() => process.exit())
    setTimeout(() => server.closeAllConnections(), Number(query.get('grace')))
  },
}

function refuse(context: Context): void {
  context.set('X-Not-Offered', 'Koa has no means for it')
  context.status = 404
}

function sendSource(context: Context, query: URLSearchParams): void {
  context.type = 'text/plain'
  context.body = Readable.from(makeBlocks(query, context.req))
}

async function* makeLate(context: Context): AsyncGenerator<Uint8Array> {
  context.status = 202
  context.set('X-Late', 'yes')
  yield Buffer.from('late\n')
}

app.use((context) => {
  const handler = routes[context.path] ?? refuse
  return handler(context, queryOf(context.url))
})

const server = app.listen(port, '127.0.0.1')
