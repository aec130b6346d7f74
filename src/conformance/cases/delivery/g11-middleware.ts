import type { AskedServer } from '../../asking/asked-server.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { notOffered, type CaseResult } from '../../case-result.ts'
import { askInRhythm, judgeBlocks } from './judge-blocks.ts'

const N = 4
const MS = 200

/** G11: middleware keeps the blocks. */
export const g11Middleware: readonly ConformanceCase[] = [
  {
    guarantee: 'G11',
    name: 'g11-compressed',
    title: 'each compressed block can be read before the next, while the source waits',
    why: 'compressors that are not flushed hold everything back to the end',
    place: 'timed',
    run: (server) => runCompressed(server, ''),
  },
  {
    guarantee: 'G11',
    name: 'g11-compressed-busy',
    title: 'each compressed block can be read before the next, while the source computes',
    why: 'a compressor that works elsewhere gives its block when the application lets it',
    place: 'alone',
    run: (server) => runCompressed(server, '&busy=1'),
  },
]

async function runCompressed(server: AskedServer, how: string): Promise<CaseResult> {
  const rhythm = { n: N, ms: MS * server.pace }
  // Large enough for the least size of those that have one.
  const path = `/compressed?size=1200${how}`
  const reply = await askInRhythm(server, path, { ...rhythm, fields: [['accept-encoding', 'gzip']] })
  if (reply.status === 200 && reply.encoding === 'identity') return notOffered('the stream is not compressed')
  return judgeBlocks(reply, rhythm)
}
