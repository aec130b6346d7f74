import type { AskedReply } from '../../asking/asked-reply.ts'
import type { AskedServer, AskOptions } from '../../asking/asked-server.ts'
import { describeEnding } from '../../asking/describe-ending.ts'
import { broken, kept, perhapsBroken, toFigure, type CaseResult } from '../../case-result.ts'

/** Blocks of one reply, and the milliseconds between them. */
export interface Rhythm {
  readonly n: number
  readonly ms: number
}

/** Asks for blocks in a rhythm; once before without it, so that what happens only once does not count. */
export async function askInRhythm(
  server: AskedServer,
  path: string,
  { n, ms, ...options }: AskOptions & Rhythm,
): Promise<AskedReply> {
  await server.askWhole(`${path}&n=1`, options)
  return server.askWhole(`${path}&n=${n}&ms=${ms}`, { ...options, ms: n * ms })
}

/**
 * Judges a reply of `n` blocks, `ms` apart. What a block needs is counted from the request on, so that no clock is shared: it
 * is what it has needed at most, since the source was not started before it was asked for. A block that waits for the next one
 * needs `ms` more than one that does not wait; and where all wait, all need `ms`.
 */
export function judgeBlocks(reply: AskedReply, { n, ms }: Rhythm): CaseResult {
  const { lines } = reply
  if (lines.length < n || !reply.isComplete) {
    return broken(`${lines.length} of ${n} blocks`, `The reply: ${describeEnding(reply)}.`)
  }
  const waits = lines.map(({ came, made }) => came - made)
  const [fastest, slowest] = [Math.min(...waits), Math.max(...waits)]
  const limit = ms * 0.9
  const evidence = [`From making to reading at most: ${waits.map(toFigure).join(', ')}.`]
  if (fastest < limit && slowest - fastest < limit) return kept(toFigure(slowest), ...evidence)
  evidence.push(`The source makes one each ${ms} ms.`)
  const late = waits.filter((wait) => wait >= limit).length
  if (late < n) return perhapsBroken(`${late} of ${n} late, up to ${toFigure(slowest)}`, ...evidence)
  const isTogether = (lines.at(-1)?.came ?? 0) - (lines[0]?.came ?? 0) < ms
  return broken(
    isTogether ? `all at ${toFigure(lines[0]?.came ?? 0)}` : `all late, up to ${toFigure(slowest)}`,
    ...evidence,
  )
}
