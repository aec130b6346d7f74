// The floor: what Node itself keeps for a reader and does for an event. Nothing is replayed, and who does not read is held
// in memory without end.
import { createServer, type ServerResponse } from 'node:http'
import { control, EVENT } from './sse-control.ts'

const readers = new Set<ServerResponse>()
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  readers.add(response)
  response.on('close', () => readers.delete(response))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  control(typeof address === 'object' ? (address?.port ?? 0) : 0, (data, id) => {
    const event = `event: ${EVENT}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
    for (const reader of readers) reader.write(event)
  })
})
