// A server whose memory is measured from inside: it sends 20 MB to readers that do not read, and tells what that costs.
import { channel, serve } from 'millrace'

const BYTES = 20e6
const EVENT = 'x'.repeat(1000)

const policies = ['drop', 'latest', 'disconnect'] as const
const policy = policies.find((name) => name === process.argv[2]) ?? 'drop'
let news = channel({ policy })
const server = await serve({ routes: { '/': (context) => news.open(context) } })

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

function measure(): { rss: number; inUse: number } {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, inUse: heapUsed + external }
}

process.on('message', (message) => {
  if (message === 'warm') {
    void sendAll().then(() => {
      news.close()
      news = channel({ policy })
      process.send?.({ kind: 'warm' })
    })
  }
  if (message === 'send') {
    const before = measure()
    const readers = news.readers
    void sendAll().then((sent) => {
      const after = measure()
      const growth = { rss: after.rss - before.rss, inUse: after.inUse - before.inUse }
      process.send?.({ kind: 'sent', sent, readers, growth })
    })
  }
})
process.send?.({ kind: 'ready', port: server.port })
