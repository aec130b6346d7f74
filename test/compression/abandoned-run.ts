// Compressed replies that are abandoned, with their server and what it holds: `abandoned-run.ts <transmitter> <count> <at
// once>`, with watch-thread.ts and watch-compressors.ts in every thread. It says on its last line what it has counted.
import { serve } from 'millrace'
import { compress } from 'millrace/middleware'
import { heldAtRest } from '../support/watch-thread.ts'
import { AbandonedReplies } from './abandoned-replies.ts'
import { type CompressorCount, compressorCounts } from './watch-compressors.ts'

/** What was counted of all replies but the first, which are there to warm up. */
export interface AbandonedFigures {
  /** Of each thread, the application's first. */
  readonly compressors: readonly CompressorCount[]
  /** Bytes by which both threads together have grown. */
  readonly grown: number
  readonly reported: readonly string[]
}

const [, , transmitter, count = '1000', atOnce = '250'] = process.argv

/** Milliseconds after which a compressor that is there stays for ever. */
const LONGEST_WAIT = 20_000

const reported: string[] = []
const replies = new AbandonedReplies()
const server = await serve({
  transmitter: transmitter === 'thread' ? 'thread' : 'inline',
  use: [compress()],
  routes: replies.routes,
  report: (error) => void reported.push(String(error)),
})

// The transmitter closes its own a little later than the reply is over.
async function rest() {
  const deadline = performance.now() + LONGEST_WAIT
  for (;;) {
    const { memory } = await heldAtRest()
    const compressors = await compressorCounts.ask()
    const isAtRest = compressors.every(({ opened, closed, left }) => opened === closed && left === 0)
    if (isAtRest || performance.now() > deadline) return { memory, compressors }
  }
}

await replies.leave(server.port, Number(atOnce), Number(atOnce))
const before = await rest()
await replies.leave(server.port, Number(count), Number(atOnce))
const after = await rest()
const figures: AbandonedFigures = {
  compressors: after.compressors.map(({ opened, closed, most, left }, thread) => ({
    opened: opened - (before.compressors[thread]?.opened ?? 0),
    closed: closed - (before.compressors[thread]?.closed ?? 0),
    most,
    left,
  })),
  grown: after.memory - before.memory,
  reported,
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
await server.close({ grace: 0 })
