import type { LiveReply } from '../../inspector-event.ts'

/** After so many milliseconds without reading, a client is called stalled. */
export const stalledAfter = 1_000

/** Who a reply waits for, in words: it waits for `who` `what`. */
export interface Wait {
  kind: 'application' | 'client' | 'stalled'
  who: string
  what: string
  /** For how long by now, in milliseconds. */
  lasts: number
}

const waits: Readonly<Record<LiveReply['awaits'], Omit<Wait, 'lasts'>>> = {
  handler: { kind: 'application', who: 'application', what: 'to answer' },
  connection: { kind: 'client', who: 'connection', what: 'to end an earlier reply' },
  'first-block': { kind: 'application', who: 'application', what: 'to make the first block' },
  block: { kind: 'application', who: 'application', what: 'to make the next block' },
  client: { kind: 'client', who: 'client', what: 'to read' },
  close: { kind: 'application', who: 'application', what: 'to close its source' },
}

/** Tells who is waited for: the application, which makes the next block, or the client, which does not read. */
export function describeWait({ awaits, awaitsSince }: LiveReply, now: number): Wait {
  const lasts = Math.max(0, now - awaitsSince)
  if (awaits !== 'client' || lasts < stalledAfter) return { ...waits[awaits], lasts }
  return { kind: 'stalled', who: 'stalled client', what: 'to read', lasts }
}

/** How long the last block that had to wait has waited for the client, in milliseconds: so far, where it still does. */
export function blockWaited({ awaits, awaitsSince, waited }: LiveReply, now: number): number {
  return awaits === 'client' ? Math.max(0, now - awaitsSince) : waited
}
