import type { Part } from './decide-range.ts'

/** What is common to the parts. */
export interface ByterangesFacts {
  /** Bytes of the whole representation. */
  readonly size: number
  /** Content type of the representation; no line for it where there is none. */
  readonly type: string | null
  /** Stands in none of the parts: random, from a cryptographic source. */
  readonly boundary: string
}

/** A part with the text in front of it. */
export interface LedPart extends Part {
  readonly lead: string
}

/** A body of several parts of one representation, laid out before any of it is read. */
export interface Byteranges {
  /** Bytes of all of it. */
  readonly length: number
  readonly parts: readonly LedPart[]
  /** The text after the last part. */
  readonly tail: string
}

/** Lays out `multipart/byteranges` (RFC 9110 §14.6). */
export function toByteranges(parts: readonly Part[], facts: ByterangesFacts): Byteranges {
  const { size, type, boundary } = facts
  const led = parts.map((part, index) => {
    const fields = [
      ...(type === null ? [] : [`Content-Type: ${type}`]),
      `Content-Range: ${formatContentRange(part, size)}`,
    ]
    return { ...part, lead: `${index > 0 ? '\r\n' : ''}--${boundary}\r\n${fields.join('\r\n')}\r\n\r\n` }
  })
  const tail = `\r\n--${boundary}--\r\n`
  const length = led.reduce(
    (sum, { lead, start, end }) => sum + Buffer.byteLength(lead) + end - start,
    Buffer.byteLength(tail),
  )
  return { length, parts: led, tail }
}

/** The value of `Content-Range` for a part. */
export function formatContentRange({ start, end }: Part, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`
}
