// A server whose memory is measured from inside: it sends 20 MB to each of its readers, compressed, who do not read it.
import { randomBytes } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { ndjson, serve, sse } from 'millrace'
import { compress } from 'millrace/middleware'
import { collectGarbage } from './live-compressors.ts'

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
  await collectGarbage()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ kind: 'measured', asked, rss, inUse: heapUsed + external })
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
