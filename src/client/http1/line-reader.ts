import { FramingFault } from './framing-fault.ts'

/** Reads lines out of bytes that come in any pieces, and refuses to hold more than its limit. */
export class LineReader {
  readonly #limit: number
  readonly #what: string
  #parts: Buffer[] = []
  #bytes = 0

  /** `limit` counts the bytes of all lines since the last {@link reset}; `what` is their name in messages. */
  constructor(limit: number, what: string) {
    this.#limit = limit
    this.#what = what
  }

  reset(): void {
    this.#parts = []
    this.#bytes = 0
  }

  /** Takes bytes from `start` up to the end of a line: the line without its CR LF, undefined while it has not ended. */
  read(bytes: Buffer, start: number): { line: string | undefined; end: number } {
    const at = bytes.indexOf(LF, start)
    const end = at === -1 ? bytes.length : at + 1
    this.#bytes += end - start
    if (this.#bytes > this.#limit)
      throw new FramingFault(`There are more than ${this.#limit / 1024} KiB of the ${this.#what}`)
    if (at !== -1) return { line: this.#toLine(bytes, start, end), end }
    this.#parts.push(bytes.subarray(start))
    return { line: undefined, end }
  }

  #toLine(bytes: Buffer, start: number, end: number): string {
    const last = bytes.toString('latin1', start, end)
    const line = this.#parts.length === 0 ? last : Buffer.concat(this.#parts).toString('latin1') + last
    this.#parts = []
    // RFC 9112 §2.2 lets a recipient take LF alone: readers that do and readers that do not see two replies in one.
    if (!line.endsWith('\r\n')) throw new FramingFault(`In the ${this.#what}, a line ends with LF alone`)
    const text = line.slice(0, -2)
    if (text.includes('\r')) throw new FramingFault(`In the ${this.#what}, a line has a CR in its middle`)
    return text
  }
}

const LF = 10
