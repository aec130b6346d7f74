import { ClientGone, ShuttingDown } from '../../delivery/errors.ts'
import { type Outcome, toBrokenOutcome } from '../../delivery/sink.ts'
import { isAnswer } from '../../gateway/to-error-reply.ts'
import { HttpError, InternalRedirect } from '../../reply/http-error.ts'

/** Why an error reply is sent, or was to be. */
export interface Failure {
  readonly error: unknown
  /** True for a request that was refused before anything was made of it. */
  readonly isOfRequest: boolean
  /** The reply that was to say so has failed too: the connection is broken off. */
  isGivenUp?: boolean
}

/**
 * How a reply has ended, for who watches. What was sent in place of one that has failed may be complete: the reply is
 * not. An error that is an answer is a reply like any other.
 */
export function outcomeToTell(outcome: Outcome, failure: Failure | undefined): Outcome {
  if (!failure) return outcome
  const { error, isGivenUp } = failure
  if (isGivenUp && outcome.kind === 'client-gone') return { ...outcome, kind: 'failed', error }
  return outcome.kind === 'complete' && isFault(failure) ? { ...outcome, kind: 'refused', error } : outcome
}

/**
 * True for what somebody has to hear of. What a request is refused with is an answer, whatever its status: anybody
 * could fill a log with it.
 */
export function isFault({ error, isOfRequest }: Pick<Failure, 'error' | 'isOfRequest'>): boolean {
  return !isAnswer(error) && !(isOfRequest && error instanceof HttpError)
}

/** How a late answer has ended: refused where the handler took too long; otherwise nobody was there for it. */
export function toLateOutcome(reason: ClientGone | ShuttingDown | HttpError): Outcome {
  if (!(reason instanceof HttpError)) return toBrokenOutcome(reason)
  return { kind: 'refused', error: reason, bytes: 0, blocks: 0 }
}

/** True for an error that must be heard of, although nobody waits for the reply any more. */
export function isFaultToNobody(error: unknown): boolean {
  if (error instanceof ClientGone || error instanceof ShuttingDown) return false
  if (error instanceof Error && error.name === 'AbortError') return false
  return !(error instanceof InternalRedirect) && !isAnswer(error)
}
