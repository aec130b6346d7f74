import { watchBlocks } from '../../delivery/watching/watch-blocks.ts'
import type { LiveReply } from '../../delivery/channels.ts'
import { toEpoch } from './to-facts.ts'
import type { BlockRun } from '../inspector-event.ts'

/** Points that are kept: at one a millisecond at most, some seconds of a fast reply. */
const POINTS = 4096
/** Waits that are kept. */
const WAITS = 512

/** What a reader has had. */
export interface TimelinePlace {
  readonly points: number
  readonly waits: number
  readonly awaitedAt: number
}

/** When the blocks of one reply were taken, and when it has waited for its client. Nothing is allocated for a block. */
export class BlockTimeline {
  readonly #at = new Float64Array(POINTS)
  readonly #blocks = new Float64Array(POINTS)
  readonly #bytes = new Float64Array(POINTS)
  readonly #waits: [number, number][] = []
  readonly #stop: () => void
  // All that there ever were.
  #points = 0
  #waitCount = 0
  // Points that somebody has had do not grow any more.
  #sealed = 0
  #blocksBefore: number
  #bytesBefore: number
  #awaitedAt: number

  /** `awaitedAt`: since when the client is waited for, 0 where it is not. */
  constructor(reply: LiveReply, awaitedAt: number) {
    const { blocks, bytes } = reply.progress
    this.#blocksBefore = blocks
    this.#bytesBefore = bytes
    this.#awaitedAt = awaitedAt
    this.#stop = watchBlocks(reply, (bytesNow, blocksNow) => this.#take(bytesNow, blocksNow))
  }

  await(now: number): void {
    this.#awaitedAt = now
  }

  resume(now: number): void {
    this.#waits.push([toEpoch(this.#awaitedAt), toEpoch(now)])
    this.#waitCount++
    if (this.#waits.length > WAITS) this.#waits.shift()
    this.#awaitedAt = 0
  }

  /** Takes no more blocks; what was taken can be read. */
  stop(): void {
    this.#stop()
  }

  /** Where a reader begins: at the blocks from here on. */
  get end(): TimelinePlace {
    return { points: this.#points, waits: this.#waitCount, awaitedAt: this.#awaitedAt }
  }

  /** What there is after a place, and the place after it. */
  readFrom(place: TimelinePlace): { run: Omit<BlockRun, 'id' | 'now'>; place: TimelinePlace } {
    const first = Math.max(place.points, this.#points - POINTS)
    this.#sealed = this.#points
    const column = (values: Float64Array) =>
      Array.from({ length: this.#points - first }, (_, index) => values[(first + index) % POINTS] ?? 0)
    const waits = this.#waitCount - place.waits
    const run = {
      at: column(this.#at).map(toEpoch),
      blocks: column(this.#blocks),
      bytes: column(this.#bytes),
      missed: first - place.points,
      waits: waits > 0 ? this.#waits.slice(-waits) : [],
      waitsSince: this.#awaitedAt > 0 ? toEpoch(this.#awaitedAt) : null,
    }
    return { run, place: this.end }
  }

  #take(bytes: number, blocks: number): void {
    const now = performance.now()
    const last = (this.#points - 1) % POINTS
    const isNew = this.#points === this.#sealed || now - (this.#at[last] ?? 0) >= 1
    const point = isNew ? this.#points++ % POINTS : last
    if (isNew) {
      this.#at[point] = now
      this.#blocks[point] = 0
      this.#bytes[point] = 0
    }
    this.#blocks[point] = (this.#blocks[point] ?? 0) + blocks - this.#blocksBefore
    this.#bytes[point] = (this.#bytes[point] ?? 0) + bytes - this.#bytesBefore
    this.#blocksBefore = blocks
    this.#bytesBefore = bytes
  }
}
