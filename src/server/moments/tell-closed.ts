import type { Context } from '../../context/context.ts'
import { type ClosedMoment, type LiveReply, replyClosed } from '../../delivery/channels.ts'
import type { Outcome } from '../../delivery/sink.ts'

/** Tells that a reply is over and everything closed; `errors` is what the closers threw. */
export function tellClosed(reply: LiveReply<Context>, outcome: Outcome, errors: readonly unknown[]): void {
  if (!replyClosed.hasSubscribers) return
  const { status } = reply
  const { method, path, route, context } = reply.toRequest()
  const moment: ClosedMoment<Context> = { reply, outcome, errors, status, method, path, route, context }
  replyClosed.publish(moment)
}
