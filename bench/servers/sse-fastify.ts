import { fastifySSE, type SSEReplyInterface } from '@fastify/sse'
import Fastify from 'fastify'
import { control, EVENT } from './sse-control.ts'

const app = Fastify()
await app.register(fastifySSE)
const clients = new Set<SSEReplyInterface>()

app.get('/', { sse: 'only' }, async (_request, reply) => {
  const { sse } = reply
  sse.keepAlive()
  await sse.send({ data: 'Connected' })
  clients.add(sse)
  sse.onClose(() => clients.delete(sse))
})
const address = await app.listen({ port: 0, host: '127.0.0.1' })
control(Number(new URL(address).port), (data, id) => {
  for (const client of clients) void client.send({ event: EVENT, data, id })
})
