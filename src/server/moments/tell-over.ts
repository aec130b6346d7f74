import { type LiveReply, type OverMoment, replyOver } from '../../delivery/channels.ts'
import type { Outcome } from '../../delivery/sink.ts'

/** Tells that a reply leaves the live ones; `startedAt` is when it has begun, of `performance.now()`. */
export function tellOver(reply: LiveReply, outcome: Outcome | undefined, startedAt: number): void {
  const moment: OverMoment = { reply, outcome, startedAt }
  replyOver.publish(moment)
}
