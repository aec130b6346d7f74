import type { Context } from '../../context/context.ts'
import type { LiveReply, OverMoment } from '../../delivery/channels.ts'
import type { EndedReply, LiveReply as ShownReply, ReplyFacts } from '../inspector-event.ts'
import { BlockTimeline } from './block-timeline.ts'
import { RecentRate } from './recent-rate.ts'
import { type FoundReply, toEpoch, toFacts, toTenths } from './to-facts.ts'
import { toEnded } from './to-ended.ts'

/** A reply in the list. It is looked at by the timer; between its turns only waits for the client are noted. */
export class ListedReply {
  readonly reply: LiveReply<Context>
  /** False when watching has ended before it has. */
  isListed = true
  readonly #found: FoundReply
  readonly #rate = new RecentRate()
  #facts: ReplyFacts
  #shownFacts: ReplyFacts
  #shown: ShownReply
  #ended: EndedReply | undefined
  // When the client was found not to read, 0 while it does; of `performance.now()`, as all times here.
  #awaitedAt = 0
  #waited = 0
  #longestWait = 0
  #timeline: BlockTimeline | undefined
  #choosers = 0

  constructor(reply: LiveReply<Context>, found: FoundReply, now: number) {
    this.reply = reply
    this.#found = found
    this.#facts = toFacts(reply, found)
    this.#shownFacts = this.#facts
    if (reply.awaits === 'client') this.#awaitedAt = now
    const { progress, awaits, status = null, encoding = null } = reply
    this.#shown = {
      ...this.#facts,
      status,
      encoding,
      awaits,
      // It has waited for its first block from its beginning on.
      awaitsSince: progress.blocks === 0 && awaits !== 'client' ? this.#facts.startedAt : toEpoch(now),
      ...progress,
      rate: this.#rate.take(now, progress.bytes),
      lastBlockAt: null,
      waited: 0,
      longestWait: 0,
    }
  }

  get id(): number {
    return this.#found.id
  }

  get facts(): ReplyFacts {
    return this.#facts
  }

  /** As the last turn has found it: the same object as long as nothing has changed. */
  get shown(): ShownReply {
    return this.#shown
  }

  /** Set when it is over. */
  get ended(): EndedReply | undefined {
    return this.#ended
  }

  get longestWait(): number {
    return this.#longestWait
  }

  /** Looks at it. */
  look(now: number): void {
    const { awaits, progress, status = null, encoding = null } = this.reply
    const old = this.#shown
    const hasMoved = progress.blocks !== old.blocks || progress.bytes !== old.bytes
    const next: ShownReply = {
      ...this.#facts,
      status,
      encoding,
      awaits,
      awaitsSince: this.#findSince(now, awaits, hasMoved),
      ...progress,
      rate: this.#rate.take(now, progress.bytes),
      lastBlockAt: hasMoved ? toEpoch(now) : old.lastBlockAt,
      waited: toTenths(this.#waited),
      longestWait: toTenths(this.#longestWait),
    }
    if (this.#facts !== this.#shownFacts || differs(old, next)) this.#shown = next
    this.#shownFacts = this.#facts
  }

  /** The client does not read. */
  await(now: number): void {
    if (this.#awaitedAt > 0) return
    this.#awaitedAt = now
    this.#timeline?.await(now)
  }

  /** The client has read on. */
  resume(now: number): void {
    if (this.#awaitedAt === 0) return
    this.#waited = now - this.#awaitedAt
    this.#awaitedAt = 0
    if (this.#waited > this.#longestWait) this.#longestWait = this.#waited
    this.#timeline?.resume(now)
  }

  /** It goes on at another path. */
  redirect(): void {
    this.#facts = toFacts(this.reply, this.#found)
  }

  /** It is over; gives what has come of it. */
  end(moment: OverMoment<Context>, now: number): EndedReply {
    this.resume(now)
    this.#timeline?.stop()
    this.#ended = toEnded(this.#facts, moment, { endedAt: now, longestWait: this.#longestWait })
    return this.#ended
  }

  /** Notes its blocks from here on, until all who have chosen it have let go of it. */
  choose(): BlockTimeline {
    this.#choosers++
    this.#timeline ??= new BlockTimeline(this.reply, this.#awaitedAt)
    if (this.#ended) this.#timeline.stop()
    return this.#timeline
  }

  /** One who has chosen it looks away. */
  release(): void {
    if (--this.#choosers > 0) return
    this.#timeline?.stop()
    this.#timeline = undefined
  }

  #findSince(now: number, awaits: ShownReply['awaits'], hasMoved: boolean): number {
    if (awaits === 'client' && this.#awaitedAt > 0) return toEpoch(this.#awaitedAt)
    const { awaits: before, awaitsSince } = this.#shown
    return awaits === before && !hasMoved ? awaitsSince : toEpoch(now)
  }
}

function differs(old: ShownReply, next: ShownReply): boolean {
  if (old.blocks !== next.blocks || old.bytes !== next.bytes || old.rate !== next.rate) return true
  if (old.awaits !== next.awaits || old.awaitsSince !== next.awaitsSince) return true
  if (old.status !== next.status || old.encoding !== next.encoding) return true
  return old.waited !== next.waited || old.longestWait !== next.longestWait
}
