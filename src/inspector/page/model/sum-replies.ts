import type { LiveReply } from '../../inspector-event.ts'
import { describeWait } from './describe-wait.ts'

/** Sums over the replies in flight. */
export interface ReplySums {
  inFlight: number
  /** How many wait for the application, for a client that reads, and for one that is stalled. */
  application: number
  client: number
  stalled: number
  /** Bytes per second. */
  rate: number
}

/** Adds up what the replies wait for and how much they send. */
export function sumReplies(replies: Iterable<LiveReply>, now: number): ReplySums {
  const sums: ReplySums = { inFlight: 0, application: 0, client: 0, stalled: 0, rate: 0 }
  for (const one of replies) {
    sums.inFlight++
    sums[describeWait(one, now).kind]++
    sums.rate += one.rate
  }
  return sums
}
