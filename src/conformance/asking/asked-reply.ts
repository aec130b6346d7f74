import type { Ending, Exchange, Piece, ReplyHead, ReplyListener } from '../../client/connection.ts'
import { NotOffered } from '../case-result.ts'
import { decodePrefix } from './decode-prefix.ts'

/** A line of the source as it came. */
export interface Line {
  readonly number: number
  /** Milliseconds from the start of the source, by the server's clock. */
  readonly made: number
  /** Milliseconds from the request to the reading of its last byte. */
  readonly came: number
  readonly text: string
}

/** A reply while it comes: what was seen of it so far, and waits for more. */
export class AskedReply implements ReplyListener {
  readonly sentAt = performance.now()
  readonly pieces: Piece[] = []
  byteCount = 0
  /** Bytes that came behind the end of the reply, and belong to none. */
  extraCount = 0
  seenHead: ReplyHead | undefined
  ending: Ending | undefined
  readonly #keepsBytes: boolean
  #exchange: Exchange | undefined
  readonly #waiting = new Set<() => void>()

  /** What is large is counted and not kept, with `keepsBytes: false`. */
  constructor({ keepsBytes = true }: { keepsBytes?: boolean } = {}) {
    this.#keepsBytes = keepsBytes
  }

  /** The exchange that this listens to. */
  belongsTo(exchange: Exchange): this {
    this.#exchange = exchange
    return this
  }

  head(head: ReplyHead): void {
    this.seenHead = head
    this.#tell()
  }

  piece(piece: Piece): void {
    this.byteCount += piece.bytes.length
    if (this.#keepsBytes) this.pieces.push(piece)
    this.#tell()
  }

  extra(piece: Piece): void {
    this.extraCount += piece.bytes.length
    this.#tell()
  }

  end(ending: Ending): void {
    this.ending = ending
    this.#tell()
  }

  get status(): number {
    return this.seenHead?.status ?? 0
  }

  get isComplete(): boolean {
    return this.ending?.kind === 'complete'
  }

  /** The first field of this name, in lower case. */
  field(name: string): string | undefined {
    return this.seenHead?.fields.find(([one]) => one === name)?.[1]
  }

  /** `identity` where the reply says nothing. */
  get encoding(): string {
    return this.field('content-encoding')?.toLowerCase() ?? 'identity'
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.pieces.map(({ bytes }) => bytes))
  }

  /** What can be read so far. */
  get text(): string {
    return Buffer.from(decodePrefix(this.encoding, this.bytes)).toString('latin1')
  }

  /** The lines of the source so far, with the time at which each could be read. */
  get lines(): Line[] {
    const lengths = this.#readableLengths()
    return [...this.text.matchAll(/^(?:data: ?)?(\d+) (\d+(?:\.\d+)?)(.*)\r?\n/gm)].map((match) => {
      const end = match.index + match[0].length
      const piece = this.pieces[lengths.findIndex((length) => length >= end)]
      const came = (piece?.at ?? Infinity) - this.sentAt
      const [text, number, made] = match
      return { number: Number(number), made: Number(made), came, text }
    })
  }

  // How much can be read after each piece.
  #readableLengths(): number[] {
    const bytes = this.bytes
    let received = 0
    return this.pieces.map((piece) => {
      received += piece.bytes.length
      return decodePrefix(this.encoding, bytes.subarray(0, received)).length
    })
  }

  /**
   * Waits until something is so, or the reply has ended, or the time is over; gives whether it is so.
   * @throws NotOffered when the head says that there is no such endpoint.
   */
  async until(isSo: (reply: this) => boolean, ms: number): Promise<boolean> {
    const deadline = performance.now() + ms
    while (!isSo(this) && !this.ending && performance.now() < deadline) {
      await this.#more(deadline - performance.now())
    }
    this.#checkOffered()
    return isSo(this)
  }

  /** Stops to read. */
  pause(): void {
    this.#exchange?.pause()
  }

  resume(): void {
    this.#exchange?.resume()
  }

  /** Leaves in the middle. */
  leave(): void {
    this.#exchange?.leave()
  }

  #checkOffered(): void {
    if (![404, 405, 501].includes(this.status)) return
    throw new NotOffered(this.field('x-not-offered') ?? `the server answers ${this.status}`)
  }

  #more(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#waiting.add(resolve)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(resolve)
    })
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve()
  }
}
