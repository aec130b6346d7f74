import { describeEnding } from '../../asking/describe-ending.ts'
import type { AskedReply } from '../../asking/asked-reply.ts'
import type { AskedServer } from '../../asking/asked-server.ts'
import type { ConformanceCase } from '../../conformance-case.ts'
import { broken, couldNotRun, kept, toFigure } from '../../case-result.ts'

const N = 8
const MS = 100

/** Milliseconds that the server is asked to give to replies that go on, and those behind them until it has come to its end. */
function toTimes({ patience }: AskedServer): { grace: number; limit: number } {
  return { grace: Math.round(patience / 1.5), limit: patience * 3 }
}

interface Stop {
  readonly status: number
  readonly live: AskedReply
  readonly endless: AskedReply
  /** Milliseconds from the stop to the end of the reply that goes on for ever. */
  readonly ended: number | undefined
  readonly isClosed: boolean
  /** The live reply had come to its end before the server had taken the stop. */
  readonly isEarly: boolean
}

/** G14: shutdown drains. */
export const g14Drain: readonly ConformanceCase[] = [
  {
    guarantee: 'G14',
    name: 'g14-live-reply',
    title: 'a reply that is on its way when the server is stopped comes to its end',
    why: 'a restart should cost nobody a download',
    place: 'last',
    async run(server) {
      const { live, status, isEarly } = await stopOnce(server)
      if (status >= 400 || status === 0) return couldNotRun(`/stop answered ${status}`)
      if (isEarly) return couldNotRun('the reply was over before the server was told to stop')
      const evidence = `${live.lines.length} of ${N} blocks came; the reply: ${describeEnding(live)}.`
      const isWhole = live.isComplete && live.lines.length === N
      return isWhole ? kept('whole', evidence) : broken(describeEnding(live), evidence)
    },
  },
  {
    guarantee: 'G14',
    name: 'g14-end',
    title: 'the server comes to its end, although a reply goes on for ever',
    why: 'a server that does not stop is killed, with all its replies',
    place: 'last',
    async run(server) {
      const { grace, limit } = toTimes(server)
      const { endless, ended, isClosed } = await stopOnce(server)
      const evidence = [
        `The reply that goes on for ever: ${describeEnding(endless)}.`,
        isClosed ? 'New requests are not answered.' : 'New requests are still answered.',
      ]
      if (ended === undefined) return broken(`not within ${(grace + limit) / 1000} s`, ...evidence)
      return isClosed ? kept(`after ${toFigure(ended)}`, ...evidence) : broken('goes on', ...evidence)
    },
  },
]

// A server stops once: both cases look at the same stop.
const stops = new WeakMap<object, Promise<Stop>>()

function stopOnce(server: AskedServer): Promise<Stop> {
  const known = stops.get(server.suite)
  if (known) return known
  const begun = stop(server)
  stops.set(server.suite, begun)
  return begun
}

async function stop(server: AskedServer): Promise<Stop> {
  const { grace, limit } = toTimes(server)
  const live = await server.ask(`/blocks?n=${N}&ms=${MS}`)
  const endless = await server.ask('/blocks?n=2&ms=60000')
  for (const reply of [live, endless]) await reply.until(({ byteCount }) => byteCount > 0, server.patience)
  const start = performance.now()
  const { status } = await server.askWhole(`/stop?grace=${grace}`, { method: 'POST' })
  const isEarly = live.isComplete
  let ended: number | undefined
  const hasEnded = endless
    .until(({ ending }) => ending !== undefined, grace + limit)
    .then((isSo) => (ended = isSo ? performance.now() - start : undefined))
  await live.until(({ ending }) => ending !== undefined, N * MS + server.patience)
  await hasEnded
  return { status, live, endless, ended, isEarly, isClosed: await findClosed(server) }
}

async function findClosed(server: AskedServer): Promise<boolean> {
  const deadline = performance.now() + toTimes(server).limit
  while (performance.now() < deadline) {
    const reply = await server.askWhole('/hello').catch(() => undefined)
    if (reply?.status !== 200) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
