import { formatTime } from '../report/format-time.ts'
import { toPlainText } from '../report/to-plain-text.ts'
import type { ProbedBlock, ProbedHead } from '../measurement.ts'
import type { Timeline, TimelineOutput } from './timeline.ts'
import type { Track } from './track.ts'

export interface PlainTimelineInit {
  readonly output: TimelineOutput
  readonly tracks: readonly Track[]
  readonly title: string
  /** The clock, in milliseconds. The default is `performance.now()`. */
  readonly now?: () => number
}

// A log is read afterwards: a line a second is enough.
const pause = 1000

/** Tells in plain lines what comes: each head, and once a second what has come since. */
export class PlainTimeline implements Timeline {
  readonly #init: PlainTimelineInit
  readonly #now: () => number
  readonly #began: number
  readonly #timer: NodeJS.Timeout
  readonly #told = new Map<Track, number>()

  constructor(init: PlainTimelineInit) {
    this.#init = init
    this.#now = init.now ?? (() => performance.now())
    this.#began = this.#now()
    init.output.write(`${init.title}\n`)
    this.#timer = setInterval(() => this.tell(), pause)
  }

  addHead(index: number, head: ProbedHead): void {
    const track = this.#init.tracks[index]
    track?.addHead(head, this.#now())
    if (track) this.#write(track, head.at, toPlainText(`${head.status} ${head.reason}`.trimEnd()))
  }

  addBlock(index: number, block: ProbedBlock): void {
    this.#init.tracks[index]?.addBlock(block, this.#now())
  }

  /** Writes a line for each reply that has news; called by itself once a second. */
  tell(): void {
    const now = this.#now()
    for (const track of this.#init.tracks) {
      const elapsed = track.elapsed(now, this.#began)
      if (track.blocks === (this.#told.get(track) ?? 0)) continue
      this.#told.set(track, track.blocks)
      this.#write(track, elapsed, track.describe(elapsed).join(', '))
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #write(track: Track, at: number, text: string): void {
    const label = track.label === '' ? '' : `${track.label}: `
    this.#init.output.write(`${formatTime(at).padStart(8)}  ${label}${text}\n`)
  }
}
