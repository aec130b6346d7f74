import type { EndedReply } from '../../inspector-event.ts'

/** How a reply has ended, in words. */
export interface EndingWords {
  /** `good` is whole, `left` was the client's doing, `bad` the server's. */
  kind: 'good' | 'left' | 'bad'
  text: string
}

const endings: Readonly<Record<EndedReply['how'], EndingWords>> = {
  complete: { kind: 'good', text: 'complete' },
  drained: { kind: 'good', text: 'ended early, as the server closes' },
  refused: { kind: 'bad', text: 'refused: an error reply' },
  failed: { kind: 'bad', text: 'failed: the body is cut' },
  'client-gone': { kind: 'left', text: 'the client left' },
  'too-slow': { kind: 'left', text: 'cut off: the client was too slow' },
  shutdown: { kind: 'bad', text: 'aborted: the server has closed' },
}

/** Tells how a reply has ended. */
export function describeEnding(how: EndedReply['how']): EndingWords {
  return endings[how]
}
