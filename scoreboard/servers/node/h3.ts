import { AsyncLocalStorage } from 'node:async_hooks'
import { EventStream, H3, type H3Event, iterable, serve } from 'h3'
import { makeBlocks, makeLines, port, readNote, type SourceOptions } from './source.ts'

const app = new H3()
const names = new AsyncLocalStorage<string>()

function sendSource(event: H3Event, options: SourceOptions = {}) {
  event.res.headers.set('Content-Type', 'text/plain; charset=utf-8')
  const { signal } = event.req
  return iterable(() => makeBlocks(event.url.searchParams, { ...options, signal }))
}

async function pushLines(events: EventStream, event: H3Event): Promise<void> {
  const left = new AbortController()
  events.onClosed(() => left.abort())
  for await (const line of makeLines(event.url.searchParams, left)) await events.push(line)
  await events.close()
}

app.get('/hello', () => 'hello\n')
app.get('/blocks', (event) => sendSource(event))
app.get('/events', (event) => {
  const events = new EventStream(event)
  pushLines(events, event).catch((error) => {
    console.error(error)
    return events.close()
  })
  return events
})
app.get('/length', (event) => {
  event.res.headers.set('Content-Length', event.url.searchParams.get('length') ?? '0')
  return sendSource(event)
})
app.get('/status', (event) => {
  event.res.status = Number(event.url.searchParams.get('status'))
  return sendSource(event)
})
app.get('/late-head', (event) =>
  iterable(async function* () {
    event.res.status = 202
    event.res.headers.set('X-Late', 'yes')
    yield 'late\n'
  }),
)
app.get('/empty', () => iterable(['a', '', 'b']))
app.get('/context', (event) => {
  const options = { readName: () => names.getStore() }
  return names.run(event.url.searchParams.get('name') ?? '', () => sendSource(event, options))
})
app.get('/inject', (event) => {
  event.res.headers.set('X-Value', event.url.searchParams.get('value') ?? '')
  return 'ok'
})
app.get('/inject-event', async (event) => {
  const events = new EventStream(event)
  const message = { id: event.url.searchParams.get('value') ?? '', data: 'ok' }
  void events.push(message).then(() => events.close())
  return events
})
app.get('/state', (event) => readNote(event.url.searchParams.get('id')))
app.post('/stop', (event) => {
  event.res.status = 202
  setTimeout(() => server.close())
  setTimeout(() => server.close(true), Number(event.url.searchParams.get('grace')))
  return ''
})
app.get('/**', (event) => {
  event.res.status = 404
  event.res.headers.set('X-Not-Offered', 'h3 has no means for it')
  return ''
})

const server = serve(app, { port, hostname: '127.0.0.1', gracefulShutdown: false })
