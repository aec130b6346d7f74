import type { ClientGone, ShuttingDown } from './errors.ts'
import type { Framing } from './framing.ts'

/** How a reply ended. */
export interface Outcome {
  /**
   * - `complete`: the last byte was handed to the operating system.
   * - `refused`: it failed before its head went out; an error reply was sent in its place.
   * - `failed`: it failed after that; the client sees a body that is cut.
   * - `client-gone`: the client left first.
   * - `shutdown`: the server closed before the reply could end.
   */
  kind: 'complete' | 'refused' | 'failed' | 'client-gone' | 'shutdown'
  /** Why, for all but `complete`. */
  error?: unknown
  /**
   * Bytes of the body that were handed to the transport, without framing. Of a reply that was broken off the client may
   * have fewer: what waited for it in memory is counted, and that is all of a text that was sent as a whole.
   */
  bytes: number
  /** Non-empty blocks that the source gave. */
  blocks: number
  /** Set where the body was `complete` with a last block, before its source had come to its end: the server drains. */
  isDrained?: true
}

/** The outcome of a reply that was broken off from outside before anything of its body was sent. */
export function toBrokenOutcome(reason: ClientGone | ShuttingDown): Outcome {
  return {
    kind: reason.code === 'CLIENT_GONE' ? 'client-gone' : 'shutdown',
    error: reason,
    bytes: 0,
    blocks: 0,
  }
}

/** What is known of a body when its head is about to be decided. */
export interface FirstBlock {
  /** `unknown` where the head goes out before any block; `empty` where there will be none. */
  content: 'text' | 'bytes' | 'unknown' | 'empty'
  /** Bytes of the block; 0 where there is none. */
  bytes: number
}

/** Blocks that are written where they leave from: no copy in between. */
export interface DirectFrames {
  /** Frames text of at most 16 KiB of UTF-8, where it is not framed later, and hands it over; gives its bytes. */
  putText(text: string): number
  /** The same of at most 16 KiB; they are not to be changed while `held` is true. Gives their number. */
  putBytes(bytes: Uint8Array): number
}

/** What is sent for a source that is silent. */
export interface Beat {
  /** Milliseconds of silence before it. */
  readonly every: number
  /** Framed already, unless the sink takes the blocks without framing. */
  readonly frame: Uint8Array
  /** Bytes without the framing; 0 for nothing to send. */
  readonly size: number
}

/**
 * What the pump needs of a transport. HTTP/1.1, a web stream and whatever comes later are sinks of one pump.
 * The order is `frame`, `commit`, any number of writes, then `end` or `abort`; `abort` may come at any time.
 */
export interface Sink {
  /** True while anything that was handed over is still in the memory of this process. */
  readonly held: boolean
  /** Decides the framing from the head as it is now; throws when that head cannot be sent. */
  frame(first: FirstBlock): Framing
  /**
   * Sends the head; it may leave together with the first write, or at the next `push`. Throws, with nothing sent, for a
   * head that the transport refuses.
   */
  commit(framing: Framing): void
  /** Hands bytes over, already framed. They are not to be changed while `held` is true. */
  write(frame: Uint8Array): void
  /** Hands several pieces over as one. */
  writeAll(frames: readonly Uint8Array[]): void
  /** True when it wants the blocks without framing, whatever `frame` has said; asked after that. */
  readonly takesPlain?: boolean
  /** Where blocks that are to leave one by one are written in place, if that is possible. */
  readonly direct?: DirectFrames
  /** Sends heartbeats by itself, also while the application computes; where it is missing, the pump does. */
  beat?(beat: Beat): void
  /** Lets the head go where it waits for a first write. */
  push(): void
  /** Calls back once, later, when nothing is held any more or the transport has closed. */
  whenFree(callback: () => void): void
  /**
   * Hands over the last frames, if any, and ends the body; `trailers` are names and values in turn.
   * Calls back when all of it is with the operating system, with the bytes of the heartbeats that it has sent itself.
   */
  end(last: readonly Uint8Array[], trailers: readonly string[], ended: (extra?: number) => void): void
  /** Breaks the reply off so that the client sees it; what was handed over is given time to leave first. */
  abort(error: Error): void
}
