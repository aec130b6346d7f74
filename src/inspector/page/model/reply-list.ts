// What the page knows of the server: the last snapshot, and what the turns after it have changed.
import type {
  EndedReply,
  InspectedProcess,
  LiveReply,
  Snapshot,
  Totals,
  Turn,
} from '../../inspector-event.ts'

/** The replies in flight, in the order in which they began, and the last that ended, the newest first. */
export class ReplyList {
  readonly live = new Map<number, LiveReply>()
  ended: readonly EndedReply[] = []
  totals: Totals = { inFlight: 0, unlisted: 0, ended: 0 }
  process: InspectedProcess | undefined
  #endedLimit = 100

  /** Takes a snapshot in place of all that was known; tells whether it is of another process. */
  start(snapshot: Snapshot): boolean {
    const isOther = this.process !== undefined && !isSame(this.process, snapshot.process)
    this.process = snapshot.process
    this.totals = snapshot.totals
    this.ended = snapshot.ended
    this.#endedLimit = snapshot.endedLimit
    this.live.clear()
    for (const one of snapshot.live) this.live.set(one.id, one)
    return isOther
  }

  /** Takes what is new. */
  turn({ totals, began, changed, gone, ended }: Turn): void {
    this.totals = totals
    for (const one of began) this.live.set(one.id, one)
    for (const change of changed) {
      const known = this.live.get(change.id)
      if (known) this.live.set(change.id, { ...known, ...change })
    }
    for (const id of gone) this.live.delete(id)
    if (ended.length > 0) this.ended = [...ended, ...this.ended].slice(0, this.#endedLimit)
  }
}

function isSame(one: InspectedProcess, other: InspectedProcess): boolean {
  return one.pid === other.pid && one.worker === other.worker
}
