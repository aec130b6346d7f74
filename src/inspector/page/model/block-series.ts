// The blocks of the chosen reply as columns for the plot: times in seconds since the reply began, bytes as they add up.
import type { BlockRun } from '../../inspector-event.ts'

/** A point of the timeline. */
export interface Point {
  /** Counts the blocks from the first that was seen: the number of the last one of the point. */
  number: number
  /** Seconds since the reply began. */
  at: number
  /** Seconds since the point before, undefined for the first. */
  gap: number | undefined
  /** How many blocks left within the same millisecond. */
  blocks: number
  /** Bytes of these. */
  bytes: number
  /** Bytes so far. */
  total: number
}

/** A span of the timeline, in seconds since the reply began. */
export type Span = readonly [from: number, to: number]

const mostPoints = 20_000
// Seconds. On HTTP/2 and through other threads each block waits for less than this, though the client reads.
const shortestWait = 0.02

/** What was seen of the blocks of one reply. */
export class BlockSeries {
  readonly startedAt: number
  readonly points: Point[] = []
  /** When the client did not read, without what nobody would notice. */
  readonly waits: Span[] = []
  /** Seconds of these together. */
  waited = 0
  /** Since when it does not read now, undefined where it does. */
  waitsSince: number | undefined
  blocks = 0
  bytes = 0
  missed = 0
  longestGap = 0

  /** `startedAt` is when the reply began, in milliseconds since 1970. */
  constructor(startedAt: number) {
    this.startedAt = startedAt
  }

  /** Takes the next blocks. */
  add({ at, blocks, bytes, missed, waits, waitsSince }: BlockRun): void {
    this.missed += missed
    for (const [index, time] of at.entries()) {
      this.#addPoint(this.#toSeconds(time), blocks[index] ?? 0, bytes[index] ?? 0)
    }
    for (const [from, to] of waits) this.#addWait(this.#toSeconds(from), this.#toSeconds(to))
    this.waitsSince = waitsSince === null ? undefined : this.#toSeconds(waitsSince)
    if (this.points.length > mostPoints) this.points.splice(0, this.points.length - mostPoints / 2)
    if (this.waits.length > mostPoints) this.waits.splice(0, this.waits.length - mostPoints / 2)
  }

  /** The spans without reading that touch what is between two times; one that goes on ends at `now`. */
  waitsBetween(from: number, now: number): Span[] {
    const open: Span[] = this.waitsSince === undefined ? [] : [[this.waitsSince, now]]
    return [...this.waits, ...open].filter(([, to]) => to >= from)
  }

  /** The points from `from` on, and the one before, from which their line comes. */
  pointsFrom(from: number): readonly Point[] {
    const first = this.points.findIndex(({ at }) => at >= from)
    if (first < 0) return this.points.slice(-1)
    return this.points.slice(Math.max(0, first - 1))
  }

  #addPoint(at: number, blocks: number, bytes: number): void {
    const before = this.points.at(-1)
    const gap = before && at - before.at
    this.blocks += blocks
    this.bytes += bytes
    this.longestGap = Math.max(this.longestGap, gap ?? 0)
    this.points.push({ number: this.blocks, at, gap, blocks, bytes, total: this.bytes })
  }

  #addWait(from: number, to: number): void {
    if (to - from < shortestWait) return
    this.waits.push([from, to])
    this.waited += to - from
  }

  #toSeconds(time: number): number {
    return (time - this.startedAt) / 1_000
  }
}
