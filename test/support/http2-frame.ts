// Frames of HTTP/2 (RFC 9113 §4.1), as bytes.

/** The types of §6 that a client meets. */
export const frameTypes = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

/** Flags of these types. */
export const frameFlags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const

/** What a client sends first (§3.4). */
export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** One frame. */
export interface Http2Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** A frame as bytes. */
export function formatFrame({ type, flags, stream, payload }: Http2Frame): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A number of 32 bits, as the payload of a frame. */
export function toUInt32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

/** The payload of a DATA or HEADERS frame without padding and priority (§6.1, §6.2). */
export function toContent({ type, flags, payload }: Http2Frame): Buffer {
  const padding = flags & frameFlags.padded ? (payload[0] ?? 0) : 0
  const start =
    (flags & frameFlags.padded ? 1 : 0) + (type === frameTypes.headers && flags & frameFlags.priority ? 5 : 0)
  return payload.subarray(start, payload.length - padding)
}

/** Sets frames apart in the bytes of a connection, as they come. */
export class FrameReader {
  #bytes: Buffer[] = []
  #length = 0;

  /** Every frame that is whole. */
  *push(bytes: Buffer): Generator<Http2Frame> {
    this.#bytes.push(bytes)
    this.#length += bytes.length
    for (let frame = this.#next(); frame; frame = this.#next()) yield frame
  }

  #next(): Http2Frame | undefined {
    if (this.#length < 9) return undefined
    const [first] = this.#bytes
    const all = this.#bytes.length === 1 && first ? first : Buffer.concat(this.#bytes)
    this.#bytes = [all]
    const end = 9 + all.readUIntBE(0, 3)
    if (all.length < end) return undefined
    this.#bytes = [all.subarray(end)]
    this.#length = all.length - end
    return {
      type: all.readUInt8(3),
      flags: all.readUInt8(4),
      stream: all.readUInt32BE(5) & 0x7fffffff,
      payload: all.subarray(9, end),
    }
  }
}
