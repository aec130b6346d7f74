// Every state of a reply, and the only moves between them, are in this table; a missing cell is the error.
import { LifecycleError } from './errors.ts'

/** Before the head has gone out, after it, after the last byte, and after the reply was broken off. */
export type State = 'pending' | 'committed' | 'ended' | 'aborted'

export type Move = 'commit' | 'end' | 'abort'

export const transitions: Readonly<Record<State, Partial<Record<Move, State>>>> = {
  pending: { commit: 'committed', abort: 'aborted' },
  committed: { end: 'ended', abort: 'aborted' },
  ended: { abort: 'aborted' },
  aborted: {},
}

/**
 * The state after a move.
 * @throws LifecycleError when the table has no such move.
 */
export function advance(state: State, move: Move): State {
  const next = transitions[state][move]
  if (next === undefined) throw new LifecycleError(`Cannot ${move} a reply that is ${state}`)
  return next
}
