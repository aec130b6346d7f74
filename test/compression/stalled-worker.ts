// A server whose memory is measured from inside: it sends 20 MB to each of its readers, compressed, who do not read it.
// `stalled-worker.ts <transmitter>`, with watch-thread.ts in every thread.
import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { ndjson, serve, sse } from 'millrace'
import { compress } from 'millrace/middleware'
import { heldAtRest } from '../support/watch-thread.ts'

const RECORDS = 21_000
// Text that hardly compresses, and comes again only where no window reaches.
const texts = Array.from({ length: 5000 }, () => randomBytes(735).toString('base64'))
let asked = 0

function* records() {
  for (let count = 0; count < RECORDS; count++) {
    asked++
    yield { id: String(count), data: texts[count % texts.length] }
  }
}

const server = await serve({
  transmitter: process.argv[2] === 'thread' ? 'thread' : 'inline',
  use: [compress({ events: true })],
  routes: { '/ndjson': () => ndjson(records), '/sse': () => sse(records), '/other': () => 'other' },
})

// The replies whose clients were seen not to read.
const unread = new Set<unknown>()
let expected = Infinity

subscribe('millrace:client-awaited', (message) => {
  const known = unread.size
  unread.add(Object(message).reply)
  if (unread.size !== known && unread.size === expected) process.send?.({ kind: 'awaited' })
})

async function measure() {
  const { memory } = await heldAtRest()
  process.send?.({ kind: 'measured', asked, rss: process.memoryUsage.rss(), inUse: memory })
}

process.on('message', (message) => {
  if (typeof message === 'number') {
    unread.clear()
    expected = message
    process.send?.({ kind: 'listening' })
  }
  if (message === 'measure') void measure()
})
process.send?.({ kind: 'ready', port: server.port })
