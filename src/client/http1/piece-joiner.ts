import type { Piece } from '../connection.ts'
import type { Reading } from '../socket/reading-clock.ts'

/** Bytes of a chunk or frame that are held until its last byte is there; of a larger one parts of this size are told. */
export const MAX_PIECE_BYTES = 1024 * 1024

/** Joins what came of one chunk or frame to one piece. */
export class PieceJoiner {
  readonly #tell: (piece: Piece) => void
  #parts: Buffer[] = []
  #bytes = 0
  #startedAt = 0
  #reading: Reading = { number: 0, at: 0 }

  constructor(tell: (piece: Piece) => void) {
    this.#tell = tell
  }

  push(bytes: Buffer, reading: Reading): void {
    for (let rest = bytes; rest.length > 0;) {
      const part = rest.subarray(0, MAX_PIECE_BYTES - this.#bytes)
      rest = rest.subarray(part.length)
      if (this.#parts.length === 0) this.#startedAt = reading.at
      this.#parts.push(part)
      this.#bytes += part.length
      this.#reading = reading
      if (this.#bytes === MAX_PIECE_BYTES) this.flush()
    }
  }

  /** The chunk or frame is over: tells what is held of it. */
  flush(): void {
    const [first] = this.#parts
    if (!first) return
    const bytes = this.#parts.length === 1 ? first : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    const { number, at } = this.#reading
    this.#tell({ bytes, startedAt: this.#startedAt, at, reading: number })
  }
}
