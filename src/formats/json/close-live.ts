import { Blocks } from '../../body/blocks.ts'
import { toError } from '../../delivery/errors.ts'
import { findLive } from './find-live.ts'
import { isThenable } from './plain-values.ts'

/**
 * Closes the sources among values that nobody will read; those of a promise when it settles. Others get their turn
 * while much is looked through.
 * @returns what their closers threw.
 */
export async function closeLive(values: readonly unknown[], reason?: unknown): Promise<unknown[]> {
  const errors: unknown[] = []
  const closed = new Set<object>()
  for (const live of findLive(values)) {
    if (live === undefined) await new Promise((resolve) => setImmediate(resolve))
    else if (live instanceof Promise) void live.then(closeLate, ignore)
    // A query that begins when it is waited for has not begun.
    else if (isThenable(live)) continue
    else if (!closed.has(live)) {
      closed.add(live)
      errors.push(...(await new Blocks(live).close(reason)))
    }
  }
  return errors
}

/** Closes what a promise gives after everything is over; what that throws becomes a warning of the process. */
export async function closeLate(value: unknown): Promise<void> {
  for (const error of await closeLive([value])) process.emitWarning(toError(error))
}

/**
 * Tells the runtime that somebody will look at these promises: one that fails while another part of the document is
 * being sent must not end the process. Looks at the first of very many values only.
 */
export function expectPromises(value: unknown): void {
  for (const live of findLive(value)) {
    if (live === undefined) return
    if (live instanceof Promise) void live.then(ignore, ignore)
  }
}

// Who waits for the promise hears of its failure; if nobody does any more, it changes nothing.
function ignore(): void {}
