import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import compression from 'compression'
import express, { type Request, type Response } from 'express'
import { makeBlocks, port, queryOf, readNote } from './source.ts'

const app = express()
const names = new AsyncLocalStorage<string>()

// What fails in an async handler goes to Express's own error handler, which answers or closes the connection.
async function send(
  request: Request,
  response: Response,
  blocks: AsyncIterable<Uint8Array> | string[],
): Promise<void> {
  for await (const block of blocks) {
    if (!response.write(block)) await once(response, 'drain', { signal: request.signal })
    // There behind the compression alone; its documentation asks for a flush wherever a block must not wait.
    if ('flush' in response && typeof response.flush === 'function') response.flush()
  }
  response.end()
}

function sendSource(request: Request, response: Response): Promise<void> {
  return send(request, response.type('text/plain'), makeBlocks(queryOf(request.url), request))
}

async function* makeLate(response: Response): AsyncGenerator<Uint8Array> {
  response.status(202).set('X-Late', 'yes')
  yield Buffer.from('late\n')
}

app.get('/hello', (_, response) => response.type('text/plain').send('hello\n'))
app.get('/blocks', sendSource)
app.get('/compressed', compression(), sendSource)
app.get('/length', (request, response) =>
  sendSource(request, response.set('Content-Length', queryOf(request.url).get('length') ?? '0')),
)
app.get('/status', (request, response) =>
  sendSource(request, response.status(Number(queryOf(request.url).get('status')))),
)
app.get('/late-head', (request, response) => send(request, response, makeLate(response)))
app.get('/empty', (request, response) => send(request, response, ['a', '', 'b']))
app.get('/context', (request, response) => {
  const query = queryOf(request.url)
  const options = { signal: request.signal, readName: () => names.getStore() }
  return names.run(query.get('name') ?? '', () =>
    send(request, response.type('text/plain'), makeBlocks(query, options)),
  )
})
app.get('/inject', (request, response) =>
  response.set('X-Value', queryOf(request.url).get('value') ?? '').send('ok'),
)
app.get('/state', (request, response) => response.json(readNote(queryOf(request.url).get('id'))))
app.post('/stop', (request, response) => {
  response.status(202).end()
  server.close(() => process.exit())
  setTimeout(() => server.closeAllConnections(), Number(queryOf(request.url).get('grace')))
})
app.use((_, response) => response.status(404).set('X-Not-Offered', 'Express has no means for it').end())

const server = app.listen(port, '127.0.0.1')
