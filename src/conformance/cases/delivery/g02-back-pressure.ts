import type { AskedReply } from '../../asking/asked-reply.ts'
import type { AskedServer, SourceState } from '../../asking/asked-server.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, kept } from '../../case-result.ts'

const SIZE = 65_536

// What the buffers of two kernels may take: 4 MiB here and 6 MiB there on Linux, and some more where somebody has tuned them.
const MOST = 64 * 2 ** 20

// For so many milliseconds a source makes nothing that stands still.
const CALM = 400

/** G2: back-pressure reaches the source. */
export const g02BackPressure: readonly ConformanceCase[] = [
  {
    guarantee: 'G2',
    name: 'g2-stalled',
    title: 'a source stands still while the client does not read',
    why: 'otherwise each stalled client costs as much memory as its whole reply',
    place: 'alone',
    async run(server) {
      const n = 2000
      const { state, isStill } = await stall(server, n)
      const bytes = state.made * SIZE
      const figure = `${(bytes / 2 ** 20).toFixed(1)} MiB`
      const evidence = `${state.made} of ${n} blocks of ${SIZE} bytes were made for a client that did not read.`
      if (state.made === 0) return broken('no block', evidence)
      if (bytes < MOST && isStill) return kept(figure, evidence)
      return broken(state.made >= n ? `all ${figure}` : `${figure} and more`, evidence)
    },
  },
  {
    guarantee: 'G2',
    name: 'g2-goes-on',
    title: 'the source goes on when the client reads again, and nothing is lost',
    why: 'a reply that stays where it is leaves the client waiting for ever',
    place: 'alone',
    async run(server) {
      const n = 320
      const { reply } = await stall(server, n)
      reply.resume()
      await reply.until(({ ending }) => ending !== undefined, server.patience * 2)
      const evidence = `${reply.byteCount} of ${n * SIZE} bytes came; the reply: ${describeEnding(reply)}.`
      const isWhole = reply.isComplete && reply.byteCount === n * SIZE
      return isWhole
        ? kept(`${(n * SIZE) / 2 ** 20} MiB, whole`, evidence)
        : broken(`${(reply.byteCount / 2 ** 20).toFixed(1)} of ${(n * SIZE) / 2 ** 20} MiB`, evidence)
    },
  },
]

interface Stalled {
  readonly reply: AskedReply
  readonly state: SourceState
  /** False where it was still making blocks when the patience was over. */
  readonly isStill: boolean
}

// Stops to read as soon as there is something, and waits until the source does not make more.
async function stall(server: AskedServer, n: number): Promise<Stalled> {
  const id = server.createId()
  const reply = await server.ask(`/blocks?n=${n}&size=${SIZE}&id=${id}`, { keepsBytes: false })
  await reply.until(({ byteCount }) => byteCount > 0, server.patience)
  reply.pause()
  let seen = { made: -1, at: 0 }
  let isStill = false
  const look = ({ made }: SourceState): boolean => {
    const now = performance.now()
    if (made !== seen.made) seen = { made, at: now }
    isStill = made < n && now - seen.at > CALM * server.pace
    return isStill || made >= n
  }
  const state = await server.stateWhen(id, look, server.patience * 3)
  return { reply, state, isStill }
}
