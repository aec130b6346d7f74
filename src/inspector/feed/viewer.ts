import type { LiveReply, ReplyChange, Snapshot, Totals, Turn } from '../inspector-event.ts'
import { ENDED_LIMIT } from '../watch/ended-replies.ts'
import { toEpoch } from '../watch/to-facts.ts'
import type { Watch } from '../watch/watch.ts'

/** What one page has been told, and what is new to it: however slowly it reads, it holds no more than that. */
export class Viewer {
  readonly #watch: Watch
  #told = new Map<number, LiveReply>()
  #totals: Totals
  #endedPlace = 0

  constructor(watch: Watch) {
    this.#watch = watch
    this.#totals = watch.totals
  }

  /** All there is. */
  snapshot(): Snapshot {
    const { inspected, totals, ended, listed } = this.#watch
    const live = Array.from(listed, ({ shown }) => shown)
    this.#told = new Map(live.map((reply) => [reply.id, reply]))
    this.#totals = totals
    this.#endedPlace = ended.place
    return {
      now: toEpoch(performance.now()),
      process: inspected,
      totals,
      live,
      ended: [...ended.list],
      endedLimit: ENDED_LIMIT,
    }
  }

  /** What is new; undefined for nothing. */
  turn(): Turn | undefined {
    const { totals, ended, listed } = this.#watch
    const now = new Map(Array.from(listed, ({ shown }) => [shown.id, shown] as const))
    const turn: Turn = {
      now: toEpoch(performance.now()),
      totals,
      began: [...now.values()].filter(({ id }) => !this.#told.has(id)),
      changed: [...now.values()].flatMap((reply) => toChange(this.#told.get(reply.id), reply)),
      gone: [...this.#told.keys()].filter((id) => !now.has(id)),
      ended: ended.since(this.#endedPlace),
    }
    if (!this.#isNew(turn)) return undefined
    this.#told = now
    this.#totals = totals
    this.#endedPlace = ended.place
    return turn
  }

  // That the page was told something is no news: it would be told of being told for ever.
  #isNew({ began, changed, gone, ended, totals }: Turn): boolean {
    if (began.length > 0 || gone.length > 0 || ended.length > 0) return true
    if (changed.some(({ id }) => this.#told.get(id)?.isOwn === false)) return true
    const { inFlight, unlisted, ended: endedCount } = this.#totals
    return totals.inFlight !== inFlight || totals.unlisted !== unlisted || totals.ended !== endedCount
  }
}

function toChange(told: LiveReply | undefined, reply: LiveReply): ReplyChange[] {
  if (told === undefined || told === reply) return []
  const news = Object.entries(reply).filter(([name, value]) => Reflect.get(told, name) !== value)
  return [{ ...Object.fromEntries(news), id: reply.id }]
}
