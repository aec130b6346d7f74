// Watchers subscribe to these channels; nothing in millrace imports a watcher. docs/delivery.md has the table.
import { channel } from 'node:diagnostics_channel'
import type { Framing } from './framing.ts'
import type { Outcome } from './sink.ts'

/** What every message carries: the object that stands for one reply, the context where the server made it. */
export interface ReplyMoment {
  reply: object
}

/** A request was read and its handler is about to run. */
export interface RequestMoment extends ReplyMoment {
  method: string
  path: string
}

/** The head went out. */
export interface CommitMoment extends ReplyMoment {
  framing: Framing
}

/** Bytes of one or more blocks were handed to the transport. */
export interface SentMoment extends ReplyMoment {
  /** Bytes of the body so far, without framing. */
  bytes: number
  /** Non-empty blocks so far. */
  blocks: number
}

/** The reply is over and its source is closed. */
export interface ClosedMoment extends ReplyMoment {
  outcome: Outcome
  /** What the closers threw. */
  errors: readonly unknown[]
}

export const requestRead = channel('millrace:request-read')
export const headCommitted = channel('millrace:head-committed')
export const blockSent = channel('millrace:block-sent')
/** The client does not read: the source is not asked until it does. */
export const clientAwaited = channel('millrace:client-awaited')
/** The client has read on. */
export const clientResumed = channel('millrace:client-resumed')
export const replyClosed = channel('millrace:reply-closed')
