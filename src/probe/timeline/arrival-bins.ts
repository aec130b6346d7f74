// What arrived when, in a fixed number of bins: however long a reply goes on, and however many blocks it has, this takes
// the same room. When time runs out of the last bin, two become one.

const size = 1024

/** One column of a drawing. */
export interface Column {
  blocks: number
  bytes: number
}

/** Counts blocks and bytes by the time of their arrival. */
export class ArrivalBins {
  readonly #blocks = new Float64Array(size)
  readonly #bytes = new Float64Array(size)
  #width = 0.5

  /**
   * Adds a block, with the bytes that could be seen then: none where a compressor still holds them. Times are milliseconds
   * since the request was sent.
   */
  add(at: number, bytes: number): void {
    const time = Math.max(at, 0)
    while (time >= this.#width * size) this.#widen()
    const bin = Math.floor(time / this.#width)
    this.#blocks[bin] = (this.#blocks[bin] ?? 0) + 1
    this.#bytes[bin] = (this.#bytes[bin] ?? 0) + bytes
  }

  /** The time from 0 to `until` in so many columns; what came later is left out. */
  toColumns(count: number, until: number): Column[] {
    const columns = Array.from({ length: count }, (): Column => ({ blocks: 0, bytes: 0 }))
    for (let bin = 0; bin < size; bin++) {
      const blocks = this.#blocks[bin] ?? 0
      if (blocks === 0) continue
      const index = Math.floor((bin * this.#width * count) / until)
      const column = columns[Math.min(index, count - 1)]
      if (!column || bin * this.#width > until) continue
      column.blocks += blocks
      column.bytes += this.#bytes[bin] ?? 0
    }
    return columns
  }

  #widen(): void {
    for (const bins of [this.#blocks, this.#bytes]) {
      for (let bin = 0; bin < size; bin++) {
        bins[bin] = bin < size / 2 ? (bins[2 * bin] ?? 0) + (bins[2 * bin + 1] ?? 0) : 0
      }
    }
    this.#width *= 2
  }
}
