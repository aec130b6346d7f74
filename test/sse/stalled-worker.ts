// A server whose memory is measured from inside: it sends 20 MB to readers that do not read, and tells what that costs.
// `stalled-worker.ts <policy> <transmitter>`, with watch-thread.ts in every thread.
import { channel, serve } from 'millrace'
import { heldAtRest } from '../support/watch-thread.ts'

const BYTES = 20e6
const EVENT = 'x'.repeat(1000)

const policies = ['drop', 'latest', 'disconnect'] as const
const policy = policies.find((name) => name === process.argv[2]) ?? 'drop'
let news = channel({ policy })
const server = await serve({
  transmitter: process.argv[3] === 'thread' ? 'thread' : 'inline',
  routes: { '/': (context) => news.open(context) },
})

async function sendAll(): Promise<number> {
  let sent = 0
  for (let count = 0; sent < BYTES; count++) {
    news.send({ id: count, data: EVENT })
    sent += EVENT.length
    if (count % 20 === 19) await news.flush()
  }
  await news.flush()
  return sent
}

async function measure(): Promise<{ rss: number; inUse: number }> {
  const { memory } = await heldAtRest()
  return { rss: process.memoryUsage.rss(), inUse: memory }
}

async function measureSending(): Promise<void> {
  const before = await measure()
  const readers = news.readers
  const sent = await sendAll()
  const after = await measure()
  const growth = { rss: after.rss - before.rss, inUse: after.inUse - before.inUse }
  process.send?.({ kind: 'sent', sent, readers, growth })
}

process.on('message', (message) => {
  if (message === 'warm') {
    void sendAll().then(() => {
      news.close()
      news = channel({ policy })
      process.send?.({ kind: 'warm' })
    })
  }
  if (message === 'send') void measureSending()
})
process.send?.({ kind: 'ready', port: server.port })
