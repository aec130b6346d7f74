// What the ring brings for one reply is put side by side here, so that many blocks leave in one call, as one chunk where
// the body has chunks, and so that the ring is free again before a slow client has read.
import { writeSizeLine } from '../../delivery/slab.ts'

const SIZE = 65_536
// For the size line of a chunk, and a copy of words.
const FRONT = 16
const BACK = 2
const POOL_LIMIT = 32
const pool: Buffer[] = []

/** The bytes of one reply between the ring and its socket. */
export class Gathering {
  #memory: Buffer | undefined
  #end = FRONT
  #size = 0
  #full: Buffer[] = []
  #inFlight: Buffer[] = []

  /** Copies a part of the ring. */
  put(ring: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      this.#memory ??= pool.pop() ?? Buffer.allocUnsafeSlow(FRONT + SIZE + BACK)
      const size = Math.min(end - at, FRONT + SIZE - this.#end)
      ring.copy(this.#memory, this.#end, at, at + size)
      at += size
      this.#end += size
      if (this.#end === FRONT + SIZE) this.#seal(this.#memory)
    }
    this.#size += end - start
  }

  /** Bytes so far, without framing. */
  get size(): number {
    return this.#size
  }

  /** Everything so far, framed; its memory is in use until {@link reuse}. */
  take(chunked: boolean): Uint8Array[] {
    const frames = this.#full.map((memory) => toFrame(memory, FRONT + SIZE, chunked))
    this.#inFlight.push(...this.#full)
    this.#full = []
    this.#size = 0
    if (!this.#memory) return frames
    frames.push(toFrame(this.#memory, this.#end, chunked))
    this.#inFlight.push(this.#memory)
    this.#memory = undefined
    this.#end = FRONT
    return frames
  }

  /** Nothing uses any more what was taken. */
  reuse(): void {
    if (this.#inFlight.length === 0) return
    for (const memory of this.#inFlight) if (pool.length < POOL_LIMIT) pool.push(memory)
    this.#inFlight = []
  }

  /** Lets go of everything; what is being sent is held by whoever sends it. */
  drop(): void {
    this.#memory = undefined
    this.#end = FRONT
    this.#size = 0
    this.#full = []
    this.#inFlight = []
  }

  #seal(memory: Buffer): void {
    this.#full.push(memory)
    this.#memory = undefined
    this.#end = FRONT
  }
}

function toFrame(memory: Buffer, end: number, chunked: boolean): Uint8Array {
  if (!chunked) return memory.subarray(FRONT, end)
  memory[end] = 13
  memory[end + 1] = 10
  return memory.subarray(writeSizeLine(memory, FRONT, end - FRONT), end + BACK)
}
