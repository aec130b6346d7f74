import type { Context } from '../../context/context.ts'
import type { OverMoment } from '../../delivery/channels.ts'
import type { EndedReply } from '../inspector-event.ts'

/** How many of those that ended are kept. */
export const ENDED_LIMIT = 100
/** How many complete ones are made out in a turn, where turn after turn has more. */
const SHARE = 20

/** Makes out what has come of a reply, with the time at which it ended. */
export type ToEnded = (moment: OverMoment<Context>, endedAt: number) => EndedReply

/**
 * The last replies that ended. There may be tens of thousands in a second: of a crowd that is complete all are counted, and
 * some made out. Nothing that belongs to a reply is held, or each of its objects would live long enough to be moved about
 * by the garbage collector.
 */
export class EndedReplies {
  readonly #toEnded: ToEnded
  // How many more are made out in this turn.
  #room = ENDED_LIMIT
  #brokenRoom = ENDED_LIMIT
  readonly #list: EndedReply[] = []
  #listed = 0
  #count = 0

  constructor(toEnded: ToEnded) {
    this.#toEnded = toEnded
  }

  /** Those that are kept, the newest first. */
  get list(): readonly EndedReply[] {
    return this.#list
  }

  /** How many there were. */
  get count(): number {
    return this.#count
  }

  /** How many were listed ever: the place of a reader that has had all. */
  get place(): number {
    return this.#listed
  }

  /** Those after a place, the newest first. */
  since(place: number): readonly EndedReply[] {
    return this.#list.slice(0, this.#listed - place)
  }

  /** A reply is over. */
  note(moment: OverMoment<Context>, now: number): void {
    const isComplete = moment.outcome === undefined || moment.outcome.kind === 'complete'
    if (isComplete ? this.#room-- > 0 : this.#brokenRoom-- > 0) this.add(this.#toEnded(moment, now))
    else this.#count++
  }

  /** A reply is over, and made out already. */
  add(ended: EndedReply): void {
    if (ended.isOwn) return
    this.#count++
    this.#listed++
    this.#list.unshift(ended)
    if (this.#list.length > ENDED_LIMIT) this.#list.pop()
  }

  /** A turn of the timer: there is room again. */
  turn(): void {
    this.#room = Math.min(Math.max(this.#room, 0) + SHARE, ENDED_LIMIT)
    this.#brokenRoom = ENDED_LIMIT
  }
}
