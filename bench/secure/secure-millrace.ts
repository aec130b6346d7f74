import { serve, stream } from 'millrace'
import { blocks, busyBlocks, port, ready } from '../servers/sources.ts'
import { certificate } from './certificate.ts'

const init = { headers: { 'content-type': 'text/plain' } }

await serve({
  port,
  tls: certificate,
  transmitter: process.argv.includes('thread') ? 'thread' : 'inline',
  routes: {
    '/hello': () => 'Hello, world',
    '/blocks': () => stream(blocks, init),
    '/busy': () => stream(busyBlocks, init),
  },
})
ready()
