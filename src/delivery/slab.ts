// A slab is memory in which blocks are put side by side and framed in place. It leaves as one write; on HTTP/1.1
// with unknown length it is one chunk, whose size line is written in front of the data when the slab is taken.

/** Bytes of blocks in one slab. */
export const SLAB_SIZE = 32_768

/** A block of more bytes is not copied: it is handed over as it is. */
export const LARGE = 16_384

const FRONT = 10
const POOL_LIMIT = 32
const pool: Slab[] = []

export class Slab {
  readonly #memory = Buffer.allocUnsafeSlow(FRONT + SLAB_SIZE + 2)
  #end = FRONT
  // Text waits as text, so that many small blocks cost one encoding.
  #text = ''

  /** Copies bytes in; false when there is no room. */
  put(bytes: Uint8Array): boolean {
    if (this.#text !== '') this.#settle()
    const end = this.#end + bytes.byteLength
    if (end > FRONT + SLAB_SIZE) return false
    this.#memory.set(bytes, this.#end)
    this.#end = end
    return true
  }

  /** Puts text in; false when there may be no room. A UTF-16 unit is at most three bytes of UTF-8. */
  putText(text: string): boolean {
    if (!this.#hasRoom(text.length + this.#text.length)) {
      this.#settle()
      if (!this.#hasRoom(text.length)) return false
    }
    this.#text += text
    return true
  }

  /** Bytes put in so far. */
  get size(): number {
    if (this.#text !== '') this.#settle()
    return this.#end - FRONT
  }

  get isEmpty(): boolean {
    return this.#end === FRONT && this.#text === ''
  }

  /** What was put in, framed; the slab is empty afterwards, its memory still in use by the frame. */
  take(chunked: boolean): Uint8Array {
    if (this.#text !== '') this.#settle()
    const end = this.#end
    this.#end = FRONT
    if (!chunked) return this.#memory.subarray(FRONT, end)
    this.#memory[end] = 13
    this.#memory[end + 1] = 10
    return this.#memory.subarray(writeSizeLine(this.#memory, FRONT, end - FRONT), end + 2)
  }

  #hasRoom(units: number): boolean {
    return this.#end + units * 3 <= FRONT + SLAB_SIZE
  }

  #settle(): void {
    this.#end += this.#memory.write(this.#text, this.#end)
    this.#text = ''
  }
}

const HEX = '0123456789abcdef'

/**
 * Writes the size line of a chunk (RFC 9112 §7.1) in front of its data, which begin at `start`: at most 10 bytes. Gives
 * where it begins.
 */
export function writeSizeLine(memory: Buffer, start: number, size: number): number {
  let at = start
  memory[--at] = 10
  memory[--at] = 13
  // From its end, so that it has no leading zeros.
  for (let rest = size; rest > 0; rest >>>= 4) memory[--at] = HEX.charCodeAt(rest & 15)
  return at
}

/** A slab to fill; give it back with {@link releaseSlab} when nothing uses its memory any more. */
export function acquireSlab(): Slab {
  return pool.pop() ?? new Slab()
}

export function releaseSlab(slab: Slab): void {
  if (pool.length < POOL_LIMIT) pool.push(slab)
}

const CRLF = Buffer.from('\r\n')

/** The pieces of one chunk around bytes that are not copied (RFC 9112 §7.1). */
export function frameLarge(bytes: Uint8Array, chunked: boolean): readonly Uint8Array[] {
  if (!chunked) return [bytes]
  return [Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, CRLF]
}
