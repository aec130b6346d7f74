import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { compress } from 'hono/compress'
import { contextStorage, getContext } from 'hono/context-storage'
import { stream, streamSSE } from 'hono/streaming'
import { makeBlocks, makeLines, port, queryOf, readNote, type SourceOptions } from './source.ts'

const app = new Hono<{ Variables: { name: string } }>()

function sendSource(context: Context, options: Omit<SourceOptions, 'signal'> = {}): Response {
  context.header('Content-Type', 'text/plain; charset=utf-8')
  return stream(
    context,
    async (out) => {
      const left = new AbortController()
      out.onAbort(() => left.abort())
      for await (const block of makeBlocks(queryOf(context.req.url), { ...options, signal: left.signal })) {
        await out.write(block)
        if (out.aborted) break
      }
    },
    async (error, out) => {
      if (!out.aborted) await out.writeln('An error occurred!')
      console.error(error)
    },
  )
}

app.get('/hello', (context) => context.text('hello\n'))
app.get('/blocks', (context) => sendSource(context))
app.get('/compressed', compress(), (context) => sendSource(context))
app.get('/events', (context) =>
  streamSSE(context, async (out) => {
    const left = new AbortController()
    out.onAbort(() => left.abort())
    const lines = makeLines(queryOf(context.req.url), { signal: left.signal })
    for await (const data of lines) {
      await out.writeSSE({ data })
      if (out.aborted) break
    }
  }),
)
app.get('/length', (context) => {
  context.header('Content-Length', context.req.query('length') ?? '0')
  return sendSource(context)
})
app.get('/status', (context) => {
  context.status(context.req.query('status') === '304' ? 304 : 204)
  return sendSource(context)
})
app.get('/empty', (context) =>
  stream(context, async (out) => {
    for (const block of ['a', '', 'b']) await out.write(block)
  }),
)
app.get('/context', contextStorage(), (context) => {
  context.set('name', context.req.query('name') ?? '')
  return sendSource(context, { readName: () => getContext<{ Variables: { name: string } }>().var.name })
})
app.get('/inject', (context) => {
  context.header('X-Value', context.req.query('value') ?? '')
  return context.text('ok')
})
app.get('/inject-event', (context) =>
  streamSSE(context, (out) => out.writeSSE({ id: context.req.query('value') ?? '', data: 'ok' })),
)
app.get('/state', (context) => context.json(readNote(context.req.query('id') ?? null)))
app.post('/stop', (context) => {
  setTimeout(() => {
    server.close(() => process.exit())
    if ('closeAllConnections' in server)
      setTimeout(() => server.closeAllConnections(), Number(context.req.query('grace')))
  })
  return context.body(null, 202)
})
app.get('/late-head', (context) => {
  context.header('X-Not-Offered', 'the head of a Response is made before its body')
  return context.notFound()
})

const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
