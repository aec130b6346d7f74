import type { Block } from '../body/block.ts'
import type { Blocks } from '../body/blocks.ts'
import type { Outcome, Sink } from './sink.ts'

/** Sent while the source is silent, so that nobody between here and the client takes the connection for dead. */
export interface Heartbeat {
  /** Milliseconds of silence before a heartbeat; of many replies, one may get it a twentieth later. */
  every: number
  block: Block
}

/** When the blocks of a reply leave: each before the next is made, or together at the end of a turn. */
export type Delivery = 'block' | 'turn'

/** Who has a body sent. */
export interface PumpOwner {
  /** The status of the head, for those who watch; asked when it has gone out. */
  readonly status?: number | undefined
  /** Names and values in turn, asked for after the last block. */
  trailers?(): readonly string[]
  /**
   * Called once, when the reply is over and its body closed; `errors` is what the closers threw. Where the outcome is
   * `refused`, nothing was sent and the owner answers in its place.
   */
  closed(outcome: Outcome, errors: readonly unknown[]): void
}

export interface PumpPlan {
  readonly blocks: Blocks
  readonly sink: Sink
  readonly delivery: Delivery
  readonly commit: 'first-block' | 'now'
  readonly heartbeat?: Heartbeat | undefined
  /** Makes a last block that tells of a failure after commit. */
  readonly onError?: ((error: unknown) => Block | undefined) | undefined
  /** Stands for the reply in the diagnostics channels. */
  readonly subject: object
  readonly owner: PumpOwner
}

/** Gives the block with which a body is to end before its source does; undefined where it is to go on. */
export type LastBlock = () => Block | undefined
