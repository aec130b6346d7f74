import type { AskedReply } from '../../asking/asked-reply.ts'
import type { AskedServer } from '../../asking/asked-server.ts'
import { describeCut, describeEnding } from '../../asking/describe-ending.ts'
import { broken, kept, type CaseResult } from '../../case-result.ts'

// What belongs to no reply may come a little later than the reply; milliseconds.
const EXTRA_TIME = 50

export interface NextOptions {
  /** GET by default. */
  readonly method?: string
  /** Looks at the first reply, and says what is wrong with it. */
  findFault(reply: AskedReply): string | undefined
}

/**
 * Asks, and then for `/hello` on the same connection: bytes that do not belong to the first reply are read as the second. It
 * is fine when the connection ends in between.
 */
export async function judgeNext(
  server: AskedServer,
  target: string,
  { method = 'GET', findFault }: NextOptions,
): Promise<CaseResult> {
  const connection = await server.open()
  const first = await server.askWhole(target, { method, connection })
  const evidence = [`The reply: ${describeEnding(first)}${describeCut(first)}, ${first.byteCount} bytes.`]
  const fault = findFault(first)
  if (fault !== undefined) return broken(fault, ...evidence)
  await new Promise((resolve) => setTimeout(resolve, EXTRA_TIME))
  if (first.extraCount > 0)
    return broken('bytes of a body', ...evidence, `${first.extraCount} bytes came behind it.`)
  const second = await server.askWhole('/hello', { connection })
  evidence.push(`The next on its connection: ${describeNext(second)}.`)
  if (isHello(second)) return kept(`${first.status}, next reply follows`, ...evidence)
  if (isClosed(second)) return kept(`${first.status}, closed`, ...evidence)
  return broken(second.ending ? 'bytes of a body' : 'the next reply never comes', ...evidence)
}

function isHello(reply: AskedReply): boolean {
  return reply.status === 200 && reply.text.trimEnd() === 'hello'
}

// Ended before a byte of it: nothing was left over.
function isClosed({ ending, seenHead }: AskedReply): boolean {
  return ending?.kind === 'cut' && ending.by !== 'framing' && !seenHead
}

function describeNext(reply: AskedReply): string {
  return isHello(reply) ? 'hello' : `${describeEnding(reply)}${describeCut(reply)}`
}
