import { Readable } from 'node:stream'
import Fastify from 'fastify'
import { blocks, busyBlocks, port, ready } from '../servers/sources.ts'
import { certificate } from './certificate.ts'

const app = Fastify({ http2: true, https: { ...certificate, allowHTTP1: true } })

app.get('/hello', (_request, reply) => reply.send('Hello, world'))
app.get('/blocks', (_request, reply) => reply.type('text/plain').send(Readable.from(blocks())))
app.get('/busy', (_request, reply) => reply.type('text/plain').send(Readable.from(busyBlocks())))

await app.listen({ port, host: '127.0.0.1' })
ready()
