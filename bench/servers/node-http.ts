import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import * as sources from './sources.ts'
import * as stamped from './stamped-sources.ts'

async function send(response: ServerResponse, blocks: Iterable<Uint8Array | string>): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  for (const block of blocks) {
    if (!response.write(block)) await once(response, 'drain', { signal: gone.signal })
  }
  response.end()
}

async function sendAsync(
  response: ServerResponse,
  blocks: AsyncIterable<Uint8Array | string>,
): Promise<void> {
  for await (const block of blocks) {
    if (!response.write(block)) await once(response, 'drain')
  }
  response.end()
}

function sendBeats(response: ServerResponse): ServerResponse {
  const timer = setInterval(() => response.write('beat\n'), stamped.beatMs)
  response.once('close', () => clearInterval(timer))
  response.write('first\n')
  return response
}

function sendCities(response: ServerResponse): Promise<void> {
  const options = { header: true, columns: sources.columns }
  response.setHeader('content-type', 'text/csv')
  return pipeline(Readable.from(sources.cities()), stringify(options), response)
}

function answer(path: string | undefined, response: ServerResponse): Promise<void> | ServerResponse {
  response.setHeader('content-type', 'text/plain')
  switch (path) {
    case '/hello':
      return response.end('Hello, world')
    case '/blocks':
      return send(response, sources.blocks())
    case '/large':
      return send(response, sources.largeBlocks())
    case '/endless':
      return send(response, sources.endlessBlocks())
    case '/busy':
      return send(response, sources.busyBlocks())
    case '/idle':
      return sendAsync(response, sources.idleBlocks())
    case '/arrivals':
      return send(response, stamped.busyArrivals())
    case '/busy-stream':
      return sendAsync(response, stamped.endlessBusy())
    case '/paced':
      return sendAsync(response, stamped.pacedBlocks())
    case '/beats':
      return sendBeats(response)
    case '/cities.csv':
      return sendCities(response)
    case '/memory':
      return response.end(JSON.stringify(sources.memory()))
    default:
      return response.writeHead(404).end()
  }
}

const server = createServer(async (request, response) => {
  try {
    await answer(request.url, response)
  } catch {
    response.destroy() // the client has left
  }
})
server.listen(sources.port, '127.0.0.1', sources.ready)
