import { AsyncLocalStorage } from 'node:async_hooks'
import { node } from '@elysiajs/node'
import { Elysia, sse } from 'elysia'
import { makeBlocks, makeLines, port, queryOf, readNote } from './source.ts'

const names = new AsyncLocalStorage<string>()
const text = 'text/plain; charset=utf-8'

// `app.stop()` says on Node.js that nothing listens; what listens is handed to the callback of `listen`.
// Its own `stop()` waits for every reply; the server of srvx below it can be told to end them.
let server: { stop(): unknown; raw: { close(closesAll: boolean): unknown } } | undefined

new Elysia({ adapter: node() })
  .get('/hello', () => 'hello\n')
  .get('/blocks', async function* ({ request, set }) {
    set.headers['content-type'] = text
    yield* makeBlocks(queryOf(request.url), request)
  })
  .get('/events', async function* ({ request }) {
    for await (const line of makeLines(queryOf(request.url), request)) yield sse(line)
  })
  .get('/length', async function* ({ request, set }) {
    set.headers['content-type'] = text
    set.headers['content-length'] = queryOf(request.url).get('length') ?? '0'
    yield* makeBlocks(queryOf(request.url), request)
  })
  .get('/status', async function* ({ request, set }) {
    set.status = Number(queryOf(request.url).get('status'))
    yield* makeBlocks(queryOf(request.url), request)
  })
  .get('/late-head', async function* ({ set }) {
    set.status = 202
    set.headers['x-late'] = 'yes'
    yield 'late\n'
  })
  .get('/empty', function* () {
    yield* ['a', '', 'b']
  })
  .get('/context', ({ request, set }) => {
    const query = queryOf(request.url)
    set.headers['content-type'] = text
    const options = { signal: request.signal, readName: () => names.getStore() }
    return names.run(query.get('name') ?? '', () => makeBlocks(query, options))
  })
  .get('/inject', ({ request, set }) => {
    set.headers['x-value'] = queryOf(request.url).get('value') ?? ''
    return 'ok'
  })
  .get('/inject-event', function* ({ request }) {
    yield sse({ id: queryOf(request.url).get('value') ?? '', data: 'ok' })
  })
  .get('/state', ({ request }) => readNote(queryOf(request.url).get('id')))
  .post('/stop', ({ request, set }) => {
    set.status = 202
    setTimeout(() => server?.stop())
    setTimeout(() => server?.raw.close(true), Number(queryOf(request.url).get('grace')))
    return ''
  })
  .get('/*', ({ set }) => {
    set.status = 404
    set.headers['x-not-offered'] = 'Elysia has no means of its own for it'
    return ''
  })
  .listen({ port, hostname: '127.0.0.1' }, (listening) => {
    server = listening
  })
