import { TooSlow } from '../delivery/errors.ts'
import type { Outcome } from '../delivery/sink.ts'

/**
 * How a reply ended, as it is logged and counted: the kinds of an outcome, and
 * - `drained`: it was given a last block and ended early, because the server closes;
 * - `too-slow`: the client has read too slowly, and was cut off.
 */
export type Ending = Outcome['kind'] | 'drained' | 'too-slow'

export const endings: readonly Ending[] = [
  'complete',
  'drained',
  'refused',
  'failed',
  'client-gone',
  'too-slow',
  'shutdown',
]

/** Tells how a reply ended. */
export function endingOf(outcome: Outcome): Ending {
  if (outcome.kind === 'client-gone' && outcome.error instanceof TooSlow) return 'too-slow'
  return outcome.kind === 'complete' && outcome.isDrained ? 'drained' : outcome.kind
}
