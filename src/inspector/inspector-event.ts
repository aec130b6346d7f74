// What goes from the inspector to its page as server-sent events. Each has a name, and its data is JSON.
//
// `<mount>/events` begins with a `snapshot`, then come `turn`s, at most ten in a second and none while nothing changes.
// After a `snapshot` all that was told before is void: the page comes back after a lost connection, and a page that reads
// too slowly is told anew.
// `<mount>/blocks?reply=<id>` begins with `blocks` from the moment it is opened, more of them while there are any, and
// ends after `ended`. For a reply that is not in flight it is 404; with `&pid=<pid>`, in another worker than that it is 421.
//
// Times are milliseconds since 1970, with fractions; durations are milliseconds; rates are bytes per second.
import type { Awaited } from '../delivery/channels.ts'
import type { Ending } from '../observe/ending-of.ts'

/** The events of `<mount>/events` by their names. */
export interface InspectorEvents {
  readonly snapshot: Snapshot
  readonly turn: Turn
}

/** The events of `<mount>/blocks` by their names. */
export interface BlockEvents {
  readonly blocks: BlockRun
  readonly ended: EndedReply
}

/** What does not change while a reply lives, unless it is redirected internally. */
export interface ReplyFacts {
  /** Counts from 1 in this process. */
  readonly id: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** The pattern of the route, null for none. */
  readonly route: string | null
  /** Address and port of the client, `127.0.0.1:50000` or `[::1]:50000`; null where it is not known. */
  readonly client: string | null
  /** `HTTP/1.1`, and so on. */
  readonly protocol: string
  readonly startedAt: number
  /** It was there when watching began: its longest wait may have been longer before that. */
  readonly isOlder: boolean
  /** It is the inspector's own: its page or one of its streams. Such replies are not among those that ended. */
  readonly isOwn: boolean
}

/** What changes while a reply lives. */
export interface ReplyState {
  /** Null while the head has not gone out. */
  readonly status: number | null
  /** `gzip`, `br`, `zstd` and so on, null for none, or while the head has not gone out. */
  readonly encoding: string | null
  readonly awaits: Awaited
  /** Since when, at the latest; that of `client` is exact, others are as the timer has found them. */
  readonly awaitsSince: number
  /** Blocks that were handed over. */
  readonly blocks: number
  /** Bytes of the body that were handed over, before compression by another thread, without framing. */
  readonly bytes: number
  /** Of the last second or so. */
  readonly rate: number
  /** When the last block was handed over, as the timer has found it; null for none since it is watched. */
  readonly lastBlockAt: number | null
  /** How long the last wait for the client was that is over, 0 for none; one that is not has lasted from `awaitsSince`. */
  readonly waited: number
  /** The longest of these waits. */
  readonly longestWait: number
}

/** A reply in flight. */
export interface LiveReply extends ReplyFacts, ReplyState {}

/** What is new of a reply in flight; what is left out is as it was. */
export interface ReplyChange extends Partial<Omit<LiveReply, 'id'>> {
  readonly id: number
}

/** A reply that has ended. */
export interface EndedReply extends ReplyFacts {
  readonly status: number | null
  readonly encoding: string | null
  readonly endedAt: number
  readonly blocks: number
  readonly bytes: number
  readonly longestWait: number
  /** `complete`, `drained`, `refused`, `failed`, `client-gone`, `too-slow` or `shutdown`. */
  readonly how: Ending
  /** The text of the error, for all but `complete` and `drained`; null for none. */
  readonly error: string | null
}

/** Where the inspector runs. */
export interface InspectedProcess {
  readonly pid: number
  /** The number of the worker, null where there are none: each worker knows its own replies alone. */
  readonly worker: number | null
  /** `v26.10.0`. */
  readonly node: string
  /** When watching began. */
  readonly watchedSince: number
}

/** Numbers of the whole process. */
export interface Totals {
  /** Replies in flight, the inspector's own included. */
  readonly inFlight: number
  /** How many of them are not listed, because the list is full. */
  readonly unlisted: number
  /** Replies that have ended since watching began, without the inspector's own. */
  readonly ended: number
}

/** All there is. */
export interface Snapshot {
  /** The clock of the server. */
  readonly now: number
  readonly process: InspectedProcess
  readonly totals: Totals
  /** In the order in which they were found. */
  readonly live: readonly LiveReply[]
  /** The last that ended, the newest first; at most `endedLimit`. */
  readonly ended: readonly EndedReply[]
  readonly endedLimit: number
}

/** What is new since the event before; apply it in the order of its members. */
export interface Turn {
  readonly now: number
  readonly totals: Totals
  /** Replies that are listed from here on, at the end of the list. */
  readonly began: readonly LiveReply[]
  readonly changed: readonly ReplyChange[]
  /** The ids of listed replies that are not in flight any more. */
  readonly gone: readonly number[]
  /** Those that ended, the newest first, for the front of the list: of more than it holds only the newest. */
  readonly ended: readonly EndedReply[]
}

/**
 * Blocks of a chosen reply, in columns of the same length, the oldest first. Blocks that were handed over within the same
 * millisecond are one point.
 */
export interface BlockRun {
  readonly id: number
  readonly now: number
  /** When a point was handed over. */
  readonly at: readonly number[]
  /** How many blocks it is. */
  readonly blocks: readonly number[]
  /** How many bytes. */
  readonly bytes: readonly number[]
  /** How many points were left out before these, as the page has read too slowly. */
  readonly missed: number
  /** Waits for the client that have ended since the last run: from, to. */
  readonly waits: readonly (readonly [number, number])[]
  /** Since when the client is waited for, null where it is not. */
  readonly waitsSince: number | null
}
