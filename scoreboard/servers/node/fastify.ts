import { AsyncLocalStorage } from 'node:async_hooks'
import { Readable } from 'node:stream'
import compress from '@fastify/compress'
import { fastifySSE } from '@fastify/sse'
import createFastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { makeBlocks, makeLines, port, queryOf, readNote } from './source.ts'

const app = createFastify()
const names = new AsyncLocalStorage<string>()

// `global: false` puts the compression on the routes that ask for it; the events keep their text as it is.
await app.register(compress, { global: false })
await app.register(fastifySSE, { serializer: String })

function sendSource(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { signal } = request
  return reply
    .type('text/plain; charset=utf-8')
    .send(Readable.from(makeBlocks(queryOf(request.url), { signal })))
}

async function* makeEvents(request: FastifyRequest) {
  const { signal } = request
  for await (const data of makeLines(queryOf(request.url), { signal })) yield { data }
}

app.get('/hello', (_, reply) => reply.send('hello\n'))
app.get('/blocks', sendSource)
app.get('/compressed', { compress: { threshold: 0 } }, sendSource)
app.get('/events', { sse: 'only' }, async (request, reply) => {
  try {
    await reply.sse.send(makeEvents(request))
  } catch (error) {
    console.error(error)
    await reply.sse.send({ event: 'error', data: 'Stream error occurred' })
  }
})
app.get('/length', (request, reply) =>
  sendSource(request, reply.header('Content-Length', queryOf(request.url).get('length'))),
)
app.get('/status', (request, reply) =>
  sendSource(request, reply.code(Number(queryOf(request.url).get('status')))),
)
app.get('/late-head', (_, reply) =>
  reply.code(404).header('X-Not-Offered', 'the head is made when the stream is handed to send()').send(),
)
app.get('/empty', (_, reply) => reply.type('text/plain').send(Readable.from(['a', '', 'b'])))
app.get('/context', (request, reply) => {
  const query = queryOf(request.url)
  const options = { signal: request.signal, readName: () => names.getStore() }
  return names.run(query.get('name') ?? '', () =>
    reply.type('text/plain; charset=utf-8').send(Readable.from(makeBlocks(query, options))),
  )
})
app.get('/inject', (request, reply) =>
  reply.header('X-Value', queryOf(request.url).get('value') ?? '').send('ok'),
)
app.get('/inject-event', { sse: 'only' }, (request, reply) =>
  reply.sse.send({ id: queryOf(request.url).get('value') ?? '', data: 'ok' }),
)
app.get('/state', (request, reply) => reply.send(readNote(queryOf(request.url).get('id'))))
app.post('/stop', (request, reply) => {
  reply.code(202).send()
  const timer = setTimeout(() => app.server.closeAllConnections(), Number(queryOf(request.url).get('grace')))
  app.close().then(() => clearTimeout(timer), console.error)
  return reply
})

await app.listen({ port, host: '127.0.0.1' })
