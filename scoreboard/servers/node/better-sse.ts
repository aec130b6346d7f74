import { createSession } from 'better-sse'
import express, { type Request, type Response } from 'express'
import { makeLines, port, queryOf, readNote } from './source.ts'

// All that better-sse sends is events, so the blocks are events here, too.
const app = express()

// Its own is JSON.stringify, which would put each line into quotes.
const options = { serializer: String }

async function sendEvents(request: Request, response: Response): Promise<void> {
  const session = await createSession(request, response, options)
  await session.iterate(makeLines(queryOf(request.url), request), { eventName: 'message' })
  response.end()
}

app.get('/hello', (_, response) => response.type('text/plain').send('hello\n'))
app.get('/blocks', sendEvents)
app.get('/events', sendEvents)
app.get('/inject-event', async (request, response) => {
  const session = await createSession(request, response, options)
  session.push('ok', 'message', queryOf(request.url).get('value') ?? '')
  response.end()
})
app.get('/state', (request, response) => response.json(readNote(queryOf(request.url).get('id'))))
app.post('/stop', (request, response) => {
  response.status(202).end()
  server.close(() => process.exit())
  setTimeout(() => server.closeAllConnections(), Number(queryOf(request.url).get('grace')))
})
app.use((_, response) => response.status(404).set('X-Not-Offered', 'better-sse sends events alone').end())

const server = app.listen(port, '127.0.0.1')
