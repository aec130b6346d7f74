import type { Measurement, ProbedBlock } from '../measurement.ts'
import { GapTally } from './gap-tally.ts'

/** So many blocks are kept; the others are counted. */
const mostBlocks = 4096

/** What is told of the blocks of a reply. */
type Arrivals = Pick<
  Measurement,
  'blocks' | 'blockCount' | 'visibleCount' | 'arrivalCount' | 'gaps' | 'bytes' | 'decodedBytes' | 'rate'
> & { firstBlock?: number; lastBlock?: number; unitCount: number }

/** Writes down what has come, in bounded memory however long the reply goes on. */
export class ArrivalRecord {
  readonly #blocks: ProbedBlock[] = []
  readonly #gaps = new GapTally()
  #blockCount = 0
  #visibleCount = 0
  #arrivalCount = 0
  #bytes = 0
  #decodedBytes = 0
  #unitCount = 0
  #first: ProbedBlock | undefined
  #last: ProbedBlock | undefined

  /** Takes the next block, in the order in which they came. */
  add(block: ProbedBlock): void {
    this.#blockCount++
    if (this.#blocks.length < mostBlocks) this.#blocks.push(block)
    this.#bytes += block.bytes
    if (block.decodedBytes > 0) this.#show(block)
  }

  /** What the end of the body has made visible: it belongs to the last block. */
  addRest(decodedBytes: number, units: number): void {
    this.#decodedBytes += decodedBytes
    this.#unitCount += units
  }

  /** What came; for the rate the time of the head is needed. */
  tell(head: number): Arrivals {
    const [first, last] = [this.#first, this.#last]
    const span = last === undefined ? 0 : last.at - head
    return {
      blocks: this.#blocks,
      blockCount: this.#blockCount,
      visibleCount: this.#visibleCount,
      arrivalCount: this.#arrivalCount,
      unitCount: this.#unitCount,
      gaps: this.#gaps.gaps,
      bytes: this.#bytes,
      decodedBytes: this.#decodedBytes,
      ...(this.#arrivalCount > 1 && span > 0 && { rate: (this.#bytes / span) * 1000 }),
      ...(first && last && { firstBlock: first.at, lastBlock: last.at }),
    }
  }

  #show(block: ProbedBlock): void {
    const last = this.#last
    this.#visibleCount++
    this.#decodedBytes += block.decodedBytes
    this.#unitCount += block.units ?? 0
    if (last?.reading !== block.reading) {
      this.#arrivalCount++
      if (last) this.#gaps.add(Math.max(0, block.at - last.at))
    }
    this.#first ??= block
    this.#last = block
  }
}
