import type { ServerSessionOptions } from 'node:http2'

/** What a client may ask for of one connection. */
export interface Http2Limits {
  /** Bytes of the names and values of a request's head. */
  readonly maxHeadBytes?: number | undefined
  /** Fields of a request's head. */
  readonly maxHeaders?: number | undefined
}

/** Replies that are made at a time on one connection. */
const MAX_STREAMS = 100

/** Bytes that a client may send on all streams of a connection before it hears of any; each stream holds 64 KiB of them. */
export const SESSION_WINDOW = 1 << 20

/** Bytes that a head of a reply may have: no client takes as many. */
export const HEAD_LIMIT = 262_144

/**
 * What node:http2 is told of every connection. It answers most abuse itself, by ending the connection: floods of PING,
 * SETTINGS and CONTINUATION, frames that are empty or invalid, streams that are opened and reset at once. The numbers
 * are told all the same: each version of Node has its own.
 */
export function toHttp2Options({
  maxHeadBytes = 16_384,
  maxHeaders = 100,
}: Http2Limits): ServerSessionOptions {
  return {
    // RFC 9113 §6.5.2: the length of a field is counted with 32 bytes more.
    settings: {
      maxConcurrentStreams: MAX_STREAMS,
      maxHeaderListSize: maxHeadBytes + 32 * (maxHeaders + 4),
      initialWindowSize: 65_535,
    },
    // With the four that begin with a colon.
    maxHeaderListPairs: maxHeaders + 4,
    maxSendHeaderBlockLength: HEAD_LIMIT * 2,
    maxSessionMemory: 10,
    maxSettings: 32,
    maxOutstandingPings: 10,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    streamResetBurst: 400,
    streamResetRate: 33,
  }
}
