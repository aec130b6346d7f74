import { setTimeout } from 'node:timers/promises'

export interface BrokenOptions {
  /** Waits before the next batch; 40 ms by default, so that a person sees the rows come. */
  readonly pause?: () => PromiseLike<unknown>
}

/** How many rows there are before the failure. */
const rowsBeforeFailure = 1_000

/** Batches of rows that fail after a thousand of them, as a database does that goes away. */
export async function* broken(
  batches: Iterable<unknown[]>,
  { pause = () => setTimeout(40) }: BrokenOptions = {},
): AsyncGenerator<unknown[], void, undefined> {
  let count = 0
  for (const batch of batches) {
    const rows = batch.slice(0, rowsBeforeFailure - count)
    count += rows.length
    if (rows.length > 0) yield rows
    await pause()
    if (count === rowsBeforeFailure) break
  }
  throw new Error(`Cannot read row ${count + 1}: this source fails on purpose`)
}
