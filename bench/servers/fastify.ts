import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import Fastify from 'fastify'
import * as sources from './sources.ts'
import { busyArrivals } from './stamped-sources.ts'

const app = Fastify()
const options = { header: true, columns: sources.columns }

app.get('/hello', (_request, reply) => reply.send('Hello, world'))
app.get('/blocks', (_request, reply) => reply.type('text/plain').send(Readable.from(sources.blocks())))
app.get('/large', (_request, reply) => reply.type('text/plain').send(Readable.from(sources.largeBlocks())))
app.get('/endless', (_request, reply) =>
  reply.type('text/plain').send(Readable.from(sources.endlessBlocks())),
)
app.get('/busy', (_request, reply) => reply.type('text/plain').send(Readable.from(sources.busyBlocks())))
app.get('/idle', (_request, reply) => reply.type('text/plain').send(Readable.from(sources.idleBlocks())))
app.get('/arrivals', (_request, reply) => reply.type('text/plain').send(Readable.from(busyArrivals())))
app.get('/cities.csv', (_request, reply) =>
  reply.type('text/csv').send(Readable.from(sources.cities()).pipe(stringify(options))),
)
app.get('/memory', (_request, reply) => reply.send(sources.memory()))

await app.listen({ port: sources.port, host: '127.0.0.1' })
sources.ready()
