import { Readable } from 'node:stream'
import compress from '@fastify/compress'
import Fastify, { type FastifyReply } from 'fastify'
import * as records from './records.ts'

const app = Fastify()
await app.register(compress)

type Lines = Iterable<string> | AsyncIterable<string>

const send = (type: string, make: () => Lines) => (_request: unknown, reply: FastifyReply) =>
  reply.type(type).send(Readable.from(make()))

app.get('/records', send('application/json', records.lines))
app.get('/batches', send('application/json', records.batchesOfLines))
app.get('/csv', send('text/csv', records.csvLines))
app.get('/slow', send('application/json', records.slowLines))

const address = await app.listen({ port: 0, host: '127.0.0.1' })
records.tell(Number(new URL(address).port))
