import { once } from 'node:events'
import { createSecureServer, type Http2ServerResponse } from 'node:http2'
import { blocks, busyBlocks, port, ready } from '../servers/sources.ts'
import { certificate } from './certificate.ts'

// As the documentation of `write` and 'drain' has it: a block may wait for those behind it.
async function send(response: Http2ServerResponse, source: Iterable<Uint8Array | string>): Promise<void> {
  for (const block of source) {
    if (!response.write(block)) await once(response, 'drain')
  }
  response.end()
}

// With each block waited for: that is what keeps it from waiting.
async function sendStrictly(
  response: Http2ServerResponse,
  source: Iterable<Uint8Array | string>,
): Promise<void> {
  for (const block of source) await new Promise((resolve) => response.write(block, resolve))
  response.end()
}

const server = createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
  response.setHeader('content-type', 'text/plain')
  if (request.url === '/hello') response.end('Hello, world')
  else if (request.url === '/blocks') void send(response, blocks())
  else if (request.url === '/strict') void sendStrictly(response, blocks())
  else if (request.url === '/strict-busy') void sendStrictly(response, busyBlocks())
  else void send(response, busyBlocks())
})
server.listen(port, '127.0.0.1', ready)
