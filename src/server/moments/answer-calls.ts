import { type CallMoment, type LiveReplies, type LiveReply, repliesCalled } from '../../delivery/channels.ts'

/** What a server keeps of its live replies. */
export interface KeptReplies extends Iterable<readonly [LiveReply, number]> {
  readonly count: number
}

/** Tells the live replies of a server to whoever asks for them, until it is stopped by what this gives. */
export function answerCalls(kept: KeptReplies, worker: number | undefined): () => void {
  const replies: LiveReplies = {
    worker,
    get count() {
      return kept.count
    },
    [Symbol.iterator]: () => kept[Symbol.iterator](),
  }
  const answer = (message: unknown): void => {
    if (isCall(message)) message.take(replies)
  }
  repliesCalled.subscribe(answer)
  return () => void repliesCalled.unsubscribe(answer)
}

// The channel is our own, and has messages of one kind.
function isCall(message: unknown): message is CallMoment {
  return typeof message === 'object' && message !== null && 'take' in message
}
