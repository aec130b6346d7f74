// What Node tells of a stream does not show whether END_STREAM or RST_STREAM ended it, nor where a frame ends. The frames
// do: they are looked at on their way to Node, which does the rest.
import type { Reading } from '../socket/reading-clock.ts'

/** A frame that has come. */
export interface WatchedFrame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  /** Bytes after the nine of the frame's own head. */
  readonly length: number
  /** Its first bytes after those: enough for the codes of RST_STREAM and GOAWAY, and a text for people. */
  readonly payload: Buffer
  /** When its first byte was read. */
  readonly startedAt: number
  /** When its last byte was read. */
  readonly reading: Reading
}

const HEAD_BYTES = 9
const MAX_HELD_BYTES = 256

/** Types of frames (RFC 9113 §6). */
export const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7, continuation: 9 } as const

/** Flags of frames. */
export const frameFlags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8 } as const

/** Finds the frames in what a server sends, in whatever pieces it comes. */
export class FrameWatcher {
  readonly #tell: (frame: WatchedFrame) => void
  #head: Buffer = Buffer.alloc(0)
  #payload: Buffer = Buffer.alloc(0)
  #left = 0
  #startedAt = 0

  /** `tell` is called for each frame when its last byte has come. */
  constructor(tell: (frame: WatchedFrame) => void) {
    this.#tell = tell
  }

  push(bytes: Buffer, reading: Reading): void {
    let rest = bytes
    while (rest.length > 0) {
      rest = this.#head.length < HEAD_BYTES ? this.#takeHead(rest, reading) : this.#takePayload(rest)
      if (this.#head.length === HEAD_BYTES && this.#left === 0) this.#finish(reading)
    }
  }

  #takeHead(bytes: Buffer, { at }: Reading): Buffer {
    const size = HEAD_BYTES - this.#head.length
    if (this.#head.length === 0) this.#startedAt = at
    this.#head = Buffer.concat([this.#head, bytes.subarray(0, size)])
    if (this.#head.length === HEAD_BYTES) this.#left = this.#head.readUIntBE(0, 3)
    return bytes.subarray(size)
  }

  #takePayload(bytes: Buffer): Buffer {
    const size = Math.min(this.#left, bytes.length)
    const held = Math.min(size, MAX_HELD_BYTES - this.#payload.length)
    if (held > 0) this.#payload = Buffer.concat([this.#payload, bytes.subarray(0, held)])
    this.#left -= size
    return bytes.subarray(size)
  }

  #finish(reading: Reading): void {
    const frame: WatchedFrame = {
      type: this.#head.readUInt8(3),
      flags: this.#head.readUInt8(4),
      stream: this.#head.readUInt32BE(5) & 0x7fffffff,
      length: this.#head.readUIntBE(0, 3),
      payload: this.#payload,
      startedAt: this.#startedAt,
      reading,
    }
    this.#head = Buffer.alloc(0)
    this.#payload = Buffer.alloc(0)
    this.#tell(frame)
  }
}

/** Bytes of a DATA frame without its padding. */
export function toDataLength({ length, flags, payload }: WatchedFrame): number {
  return flags & frameFlags.padded ? length - 1 - (payload[0] ?? 0) : length
}
