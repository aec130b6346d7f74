import { formatBytes, formatCount } from '../report/format-bytes.ts'
import { formatTime } from '../report/format-time.ts'
import type { ProbedBlock, ProbedHead } from '../measurement.ts'
import { ArrivalBins } from './arrival-bins.ts'

/** What has come of one reply so far; times are milliseconds since its request. */
export class Track {
  readonly label: string
  readonly bins = new ArrivalBins()
  head: ProbedHead | undefined
  blocks = 0
  bytes = 0
  lastAt: number | undefined
  longestGap = 0
  #lastReading = -1
  #origin: number | undefined

  /** The label is empty where there is only one. */
  constructor(label: string) {
    this.label = label
  }

  addHead(head: ProbedHead, now: number): void {
    this.head = head
    this.#origin ??= now - head.at
  }

  addBlock(block: ProbedBlock, now: number): void {
    this.#origin ??= now - block.at
    this.blocks++
    this.bytes += block.bytes
    this.bins.add(block.at, block.decodedBytes)
    if (block.reading !== this.#lastReading && this.lastAt !== undefined) {
      this.longestGap = Math.max(this.longestGap, block.at - this.lastAt)
    }
    this.#lastReading = block.reading
    this.lastAt = block.at
  }

  /** Milliseconds since the request; before anything came, since `began`. `now` is of the same clock. */
  elapsed(now: number, began: number): number {
    return now - (this.#origin ?? began)
  }

  /** What it has come to, in a few words each. */
  describe(elapsed: number): string[] {
    if (!this.head) return [`asked ${formatTime(elapsed)} ago, nothing came yet`]
    if (this.lastAt === undefined) {
      return [`${this.head.status}, no block yet`, `waiting ${formatTime(elapsed - this.head.at)}`]
    }
    return [
      `${formatCount(this.blocks)} ${this.blocks === 1 ? 'block' : 'blocks'}`,
      formatBytes(this.bytes),
      `waiting ${formatTime(Math.max(elapsed - this.lastAt, 0))}`,
      ...(this.longestGap > 0 ? [`longest gap ${formatTime(this.longestGap)}`] : []),
    ]
  }
}
