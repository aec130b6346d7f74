import type { Context } from '../../context/context.ts'
import type { OverMoment } from '../../delivery/channels.ts'
import { endingOf } from '../../observe/ending-of.ts'
import type { EndedReply, ReplyFacts } from '../inspector-event.ts'
import { toEpoch, toTenths } from './to-facts.ts'

/** Characters of the text of an error that are shown. */
const ERROR_LIMIT = 300

/** What has come of a reply that is over; the times are those of `performance.now()`. */
export function toEnded(
  facts: ReplyFacts,
  { reply, outcome }: OverMoment<Context>,
  { endedAt, longestWait }: { endedAt: number; longestWait: number },
): EndedReply {
  const { status = null, encoding = null } = reply
  const { bytes, blocks } = outcome ?? reply.progress
  const how = outcome ? endingOf(outcome) : 'complete'
  return {
    ...facts,
    status,
    encoding,
    endedAt: toEpoch(endedAt),
    blocks,
    bytes,
    longestWait: toTenths(longestWait),
    how,
    error: outcome && how !== 'complete' && how !== 'drained' ? describeError(outcome.error) : null,
  }
}

// What is thrown may be anything, a thing without a text too.
function describeError(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error)
    return text.slice(0, ERROR_LIMIT)
  } catch {
    return 'An error without a text'
  }
}
