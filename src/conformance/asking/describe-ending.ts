import type { AskedReply } from './asked-reply.ts'

/** How a reply has ended, or has not, in a few words: `200, complete body`. */
export function describeEnding({ status, ending, seenHead, byteCount }: AskedReply): string {
  const head = seenHead ? `${status}, ` : ''
  // Who asks leaves when its patience is over.
  if (!ending || ending.kind === 'left') return `${head}hangs`
  if (ending.kind === 'cut') {
    if (ending.by === 'framing') return `${head}malformed`
    return seenHead ? `${head}cut` : 'closed without a reply'
  }
  if (!ending.isSure) return `${head}ended by closing, looks complete`
  return byteCount > 0 ? `${head}complete body` : `${head}complete, without a body`
}

/** What the client says of a reply that was cut; empty for others. */
export function describeCut({ ending }: AskedReply): string {
  return ending?.kind === 'cut' ? ` (${ending.message})` : ''
}
