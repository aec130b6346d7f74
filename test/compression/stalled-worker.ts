// A server whose memory is measured from inside: it sends 20 MB to each of its readers, compressed, who do not read it.
import { randomBytes } from 'node:crypto'
import { ndjson, serve, sse } from 'millrace'
import { compress } from 'millrace/middleware'
import { Moments } from '../support/moments.ts'

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

let moments = new Moments()

function measure() {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ kind: 'measured', asked, rss, inUse: heapUsed + external })
}

process.on('message', (message) => {
  if (typeof message === 'number') {
    moments = new Moments()
    process.send?.({ kind: 'listening' })
    void moments.when('millrace:client-awaited', message).then(() => process.send?.({ kind: 'awaited' }))
  }
  if (message === 'measure') measure()
})
process.send?.({ kind: 'ready', port: server.port })
