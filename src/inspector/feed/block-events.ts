import type { SseEvent } from '../../formats/sse/format-event.ts'
import type { BlockEvents, BlockRun } from '../inspector-event.ts'
import type { BlockTimeline, TimelinePlace } from '../watch/block-timeline.ts'
import type { ListedReply } from '../watch/listed-reply.ts'
import { toEpoch } from '../watch/to-facts.ts'
import type { Watch } from '../watch/watch.ts'

/** A chosen reply for {@link blockEvents}. */
export interface Chosen {
  readonly watch: Watch
  readonly listed: ListedReply
}

/** The blocks of one reply from here on, as events for one page, until it has ended or `signal` aborts. */
export async function* blockEvents(
  { watch, listed }: Chosen,
  signal: AbortSignal,
): AsyncGenerator<SseEvent, undefined> {
  const leave = watch.join()
  const reader = new TimelineReader(listed.id, listed.choose())
  try {
    yield toEvent('blocks', reader.take())
    while (!signal.aborted && listed.isListed && !listed.ended) {
      await watch.nextTurn(signal)
      if (reader.hasNews) yield toEvent('blocks', reader.take())
    }
    if (reader.hasNews) yield toEvent('blocks', reader.take())
    if (listed.ended) yield toEvent('ended', listed.ended)
  } finally {
    listed.release()
    leave()
  }
}

class TimelineReader {
  readonly #id: number
  readonly #timeline: BlockTimeline
  #place: TimelinePlace

  constructor(id: number, timeline: BlockTimeline) {
    this.#id = id
    this.#timeline = timeline
    this.#place = timeline.end
  }

  get hasNews(): boolean {
    const { points, waits, awaitedAt } = this.#timeline.end
    return points > this.#place.points || waits > this.#place.waits || awaitedAt !== this.#place.awaitedAt
  }

  take(): BlockRun {
    const { run, place } = this.#timeline.readFrom(this.#place)
    this.#place = place
    return { id: this.#id, now: toEpoch(performance.now()), ...run }
  }
}

function toEvent<Name extends keyof BlockEvents>(event: Name, data: BlockEvents[Name]): SseEvent {
  return { event, data }
}
