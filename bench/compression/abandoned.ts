// Compressed replies whose clients leave in mid-stream: `node bench/compression/abandoned.ts [--count=10000]`.
//
// Server and clients are one process. In each of zstd, br, gzip and deflate, half of the clients leave while the source
// waits, half while the compressor is at work, and one of a hundred without having read.
import { parseArgs } from 'node:util'
import { serve } from 'millrace'
import { compress } from 'millrace/middleware'
import { AbandonedReplies } from '../../test/compression/abandoned-replies.ts'
import { collectGarbage, LiveCompressors } from '../../test/compression/live-compressors.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, 'at-once': { type: 'string', default: '250' } },
})
const count = Number(values.count)
const atOnce = Number(values['at-once'])

async function memory(): Promise<string> {
  await collectGarbage()
  const { rss, heapUsed, external } = process.memoryUsage()
  const inMegabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  return `resident ${inMegabytes(rss)}, heap ${inMegabytes(heapUsed)}, external ${inMegabytes(external)}`
}

using compressors = new LiveCompressors()
using replies = new AbandonedReplies()
const server = await serve({ use: [compress()], routes: replies.routes })
await replies.leave(server.port, 4 * atOnce, atOnce)
console.log(`after ${4 * atOnce} replies: ${await memory()}`)
const start = performance.now()
for (let left = count; left > 0; left -= 1000) {
  await replies.leave(server.port, Math.min(left, 1000), atOnce)
  console.log(`${count - left + Math.min(left, 1000)} more: ${await memory()}`)
}
const seconds = ((performance.now() - start) / 1000).toFixed(1)
const { opened, most, left } = compressors
console.log(
  `${opened} compressors in ${seconds} s, ${most} at once, ${left} left; ${replies.closed} replies closed`,
)
await server.close()
