import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'
import { control, EVENT } from './sse-control.ts'

const channel = createChannel()
const server = createServer(async (request, response) => {
  channel.register(await createSession(request, response))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  control(port, (data, eventId) => channel.broadcast(data, EVENT, { eventId }))
})
