// What the ring brings for one reply is put side by side here, so that many blocks leave in one call, and so that the
// ring is free again before a slow client has read.

const SIZE = 65_536
const POOL_LIMIT = 32
const pool: Buffer[] = []

/** The bytes of one reply between the ring and its socket. */
export class Gathering {
  #memory: Buffer | undefined
  #end = 0
  #full: Buffer[] = []
  #inFlight: Buffer[] = []

  /** Copies a part of the ring. */
  put(ring: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      this.#memory ??= pool.pop() ?? Buffer.allocUnsafeSlow(SIZE)
      const size = Math.min(end - at, SIZE - this.#end)
      ring.copy(this.#memory, this.#end, at, at + size)
      at += size
      this.#end += size
      if (this.#end === SIZE) this.#seal(this.#memory)
    }
  }

  /** Everything so far; its memory is in use until {@link reuse}. */
  take(): Uint8Array[] {
    const frames: Uint8Array[] = this.#full
    this.#inFlight.push(...this.#full)
    this.#full = []
    if (!this.#memory) return frames
    frames.push(this.#memory.subarray(0, this.#end))
    this.#inFlight.push(this.#memory)
    this.#memory = undefined
    this.#end = 0
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
    this.#end = 0
    this.#full = []
    this.#inFlight = []
  }

  #seal(memory: Buffer): void {
    this.#full.push(memory)
    this.#memory = undefined
    this.#end = 0
  }
}
