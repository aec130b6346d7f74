import { type Bytes, toUint8Array } from '../../body/block.ts'
import {
  clientAwaited,
  firstBlockSent,
  headCommitted,
  type Progress,
  replyClosed,
} from '../../delivery/channels.ts'

/** True when somebody waits for a moment that the short way has none of by itself. */
export function isPlainWatched(): boolean {
  return replyClosed.hasSubscribers || headCommitted.hasSubscribers || firstBlockSent.hasSubscribers
}

/** Tells the moments of a reply that has gone the short way, all but its end; gives what was sent of it. */
export function tellPlain(
  reply: object,
  body: string | Bytes,
  { isHeld = false }: { readonly isHeld?: boolean },
): Progress {
  const progress = progressOf(body)
  const { bytes } = progress
  if (headCommitted.hasSubscribers)
    headCommitted.publish({ reply, status: 200, framing: { kind: 'length', bytes } })
  if (bytes > 0 && firstBlockSent.hasSubscribers) firstBlockSent.publish({ reply })
  if (clientAwaited.hasSubscribers && isHeld) clientAwaited.publish({ reply })
  return progress
}

/** What is handed to the transport of a whole body. */
export function progressOf(body: string | Bytes): Progress {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : toUint8Array(body).byteLength
  return { bytes, blocks: bytes > 0 ? 1 : 0 }
}
