// What the primary and its workers tell each other. A script may send messages of its own beside these.

import type { CloseReport } from '../drain/close-report.ts'
import type { TlsPlan } from '../port/tls/tls-options.ts'

/** What the primary tells a worker. */
export interface CloseOrder {
  readonly millrace: 'close'
  readonly grace: number
  readonly linger: number
}

/** The same: it is about to be closed, and still takes requests. */
export interface LeaveOrder {
  readonly millrace: 'leave'
}

/** The same: it is to have this certificate. */
export interface ReloadOrder {
  readonly millrace: 'reload'
  readonly tls: TlsPlan
}

/** A file that a worker has loaded, and what it was like then, so that a change since can be seen. */
export interface LoadedFile {
  readonly path: string
  readonly signature: string
}

/**
 * What a worker tells the primary: it listens, it has the certificate or why not, it closes by itself, what became of
 * its replies, which files it has loaded, or this is what it fails of.
 */
export type WorkerMessage =
  | { readonly millrace: 'listening' }
  | { readonly millrace: 'reloaded'; readonly error?: string | undefined }
  | { readonly millrace: 'leaving' }
  | { readonly millrace: 'closed'; readonly report: CloseReport }
  | { readonly millrace: 'loaded'; readonly files: readonly LoadedFile[] }
  | { readonly millrace: 'fault'; readonly text: string }

/** Whether a message to a worker is an order of the primary. */
export function isCloseOrder(message: unknown): message is CloseOrder {
  return kindOf(message) === 'close'
}

/** Whether it is an order to say that it is about to close. */
export function isLeaveOrder(message: unknown): message is LeaveOrder {
  return kindOf(message) === 'leave'
}

/** Whether it is an order to have another certificate. */
export function isReloadOrder(message: unknown): message is ReloadOrder {
  return kindOf(message) === 'reload'
}

const kinds: ReadonlySet<string> = new Set(['listening', 'reloaded', 'leaving', 'closed', 'loaded', 'fault'])

/** Whether a message to the primary is one of a worker of ours. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  const kind = kindOf(message)
  return typeof kind === 'string' && kinds.has(kind)
}

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'millrace' in message
    ? message.millrace
    : undefined
}
