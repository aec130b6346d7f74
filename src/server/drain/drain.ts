// The replies that a server is making, whatever they are sent by, and what becomes of them when it closes.
import type { Block } from '../../body/block.ts'
import { measureBlock } from '../../body/measure-block.ts'
import type { Context } from '../../context/context.ts'
import type { Progress } from '../../delivery/channels.ts'
import { Draining, type ShuttingDown } from '../../delivery/errors.ts'
import type { LastBlock } from '../../delivery/pump-plan.ts'
import type { Outcome } from '../../delivery/sink.ts'
import type { AbortedReply, CloseReport } from './close-report.ts'
import type { CloseOptions } from './drain-options.ts'

// How long replies are told before others get their turn, in milliseconds.
const TURN = 5

/** A reply that is being made. */
export interface DrainedReply {
  /** Where it is kept; changed by {@link Drain} alone, and -1 for nowhere. */
  slot: number
  /** What of it was sent, as long as it is made. */
  readonly progress: Progress
  /** How it has ended, while what its context closes is closed. */
  readonly outcome: Outcome | undefined
  /** What it is the reply to. */
  describe(): Pick<AbortedReply, 'method' | 'path' | 'protocol'>
  /** The server begins to drain: the application is told. */
  drain(): void
  /** Asks a body that goes on all the same for its last block, now or when it has begun. */
  askLast(): void
  /** Breaks it off. */
  abort(reason: ShuttingDown): void
}

/** The live replies of one server. */
export class Drain<T extends DrainedReply = DrainedReply> {
  /** Asked for a last block where a reply has none of its own. */
  lastBlock: CloseOptions['lastBlock']
  /** Resolved when the server has closed, whoever has done it. */
  readonly closed = Promise.withResolvers<CloseReport>()
  // Under small numbers, which are used again: an entry of a `Map` for each request would cost more.
  readonly #replies: (T | undefined)[] = []
  readonly #started: number[] = []
  readonly #free: number[] = []
  #live = 0
  #emptied: PromiseWithResolvers<void> | undefined
  #reason: Draining | undefined
  #begun = 0
  #ended = 0
  #lastBlocks = 0
  #broken = 0
  readonly #aborted: AbortedReply[] = []
  #isGivenUp = false

  /** The reason of `context.draining`, from the beginning of the drain on. */
  get reason(): Draining | undefined {
    return this.#reason
  }

  /** A reply begins to be made; `since` is when its request has arrived, of `performance.now()`. */
  add(reply: T, since = performance.now()): void {
    const slot = this.#free.pop() ?? this.#replies.length
    this.#replies[slot] = reply
    this.#started[slot] = since
    reply.slot = slot
    this.#live++
  }

  /** How many there are. */
  get count(): number {
    return this.#live
  }

  /** When a live reply has begun, of `performance.now()`. */
  startOf({ slot }: DrainedReply): number {
    return this.#started[slot] ?? 0
  }

  /** The live replies, each with the time at which it began. */
  *[Symbol.iterator](): Generator<readonly [T, number], undefined> {
    for (const [slot, reply] of this.#replies.entries()) {
      if (reply) yield [reply, this.#started[slot] ?? 0]
    }
  }

  /** A reply is over, and closed. */
  remove(reply: DrainedReply, outcome: Outcome = nothing): void {
    const { slot } = reply
    if (slot < 0) return
    if (this.#reason && !this.#isGivenUp) this.#count(reply, outcome)
    reply.slot = -1
    this.#replies[slot] = undefined
    this.#free.push(slot)
    if (--this.#live === 0) this.#emptied?.resolve()
  }

  /** Tells every live reply, once. Those that begin after that ask by themselves. */
  begin(): void {
    if (this.#reason) return
    this.#reason = new Draining()
    this.#begun = performance.now()
    void this.#tell(this.#replies.filter((reply) => reply !== undefined))
  }

  /** Breaks every reply off. */
  abort(reason: ShuttingDown): void {
    for (const reply of this.#replies) reply?.abort(reason)
  }

  /**
   * The block with which a reply is to end: its own, or that of the server. One that cannot be had is a fault, and the
   * reply goes on.
   */
  takeLastBlock(
    own: LastBlock | undefined,
    context: Context,
    report: (error: unknown) => void,
  ): Block | undefined {
    try {
      const block = own?.() ?? this.lastBlock?.(context)
      if (block !== undefined) measureBlock(block)
      return block
    } catch (error) {
      report(error)
      return undefined
    }
  }

  /** Resolves when no reply is being made. */
  async whenEmpty(): Promise<void> {
    if (this.#live === 0) return
    this.#emptied ??= Promise.withResolvers()
    await this.#emptied.promise
  }

  /** Waits no longer: what has not ended counts as broken off, and what is only not closed as what it has come to. */
  giveUp(): void {
    for (const reply of this.#replies)
      if (reply) this.#count(reply, reply.outcome ?? { kind: 'shutdown', ...reply.progress })
    this.#isGivenUp = true
  }

  /** What has become of the replies. */
  get report(): CloseReport {
    return {
      ended: this.#ended,
      lastBlocks: this.#lastBlocks,
      broken: this.#broken,
      aborted: [...this.#aborted],
      milliseconds: Math.round(performance.now() - this.#begun),
    }
  }

  // A turn of the event loop lies between: what was given before leaves, and who ends by itself has done so.
  async #tell(replies: readonly DrainedReply[]): Promise<void> {
    await inTurns(replies, (reply) => reply.drain())
    await nextTurn()
    await inTurns(replies, (reply) => reply.askLast())
  }

  #count(reply: DrainedReply, { kind, bytes, blocks, isDrained }: Outcome): void {
    if (isDrained) this.#lastBlocks++
    if (kind === 'complete') this.#ended++
    else if (kind !== 'shutdown') this.#broken++
    else {
      const milliseconds = Math.round(performance.now() - (this.#started[reply.slot] ?? 0))
      this.#aborted.push({ ...reply.describe(), bytes, blocks, milliseconds })
    }
  }
}

const nothing: Outcome = { kind: 'complete', bytes: 0, blocks: 0 }

// Thousands of streams that end at once must not keep the event loop for long.
async function inTurns(replies: readonly DrainedReply[], tell: (reply: DrainedReply) => void): Promise<void> {
  let start = performance.now()
  for (const reply of replies) {
    if (performance.now() - start >= TURN) {
      await nextTurn()
      start = performance.now()
    }
    if (reply.slot >= 0) tell(reply)
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
