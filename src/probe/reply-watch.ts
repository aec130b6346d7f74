import type { Ending, Exchange, Piece, ReplyHead, ReplyListener } from '../client/connection.ts'
import { ArrivalRecord } from './arrivals/arrival-record.ts'
import { type BodyDecoder, openBodyDecoder } from './arrivals/body-decoder.ts'
import { StepQueue } from './arrivals/step-queue.ts'
import { BodyReader } from './formats/body-reader.ts'
import type { Measurement, ProbedBlock, ProbedEnding, ProbedHead } from './measurement.ts'
import { countOf } from './verdict/count-of.ts'

/** Bytes that wait to be decoded before the server is made to wait, and those with which it may go on. */
const most = 1024 * 1024
const few = 256 * 1024

/** What a block that waits costs besides its bytes. */
const overhead = 256

/** What a block has made visible. */
type Seen = Pick<ProbedBlock, 'decodedBytes' | 'units' | 'endsInside'>

/** Who wants to know, while it goes on. */
export interface WatchOptions {
  /** Of `performance.now()`: when the request was sent. */
  sentAt: number
  maxBytes: number
  onHead?: ((head: ProbedHead) => void) | undefined
  onBlock?: ((block: ProbedBlock) => void) | undefined
}

/** Why the probe has left a reply. */
export type Leaving = Extract<ProbedEnding, { kind: 'left' }>['because']

/** What is measured of a reply; who knows the connection adds the rest. */
export type WatchedReply = Omit<Measurement, 'protocol' | 'isSecure' | 'times' | 'stalled'> & {
  times: Omit<Measurement['times'], 'started' | 'connected' | 'secured'>
}

/** Watches one reply: decodes it as it comes, and writes down when what could be seen. */
export class ReplyWatch implements ReplyListener {
  /** Resolves when the reply is over, however it has ended; rejects with what a callback has thrown. */
  readonly over: Promise<void>
  readonly #options: WatchOptions
  readonly #record = new ArrivalRecord()
  readonly #end = Promise.withResolvers<Ending>()
  #exchange: Exchange | undefined
  #head: ReplyHead | undefined
  #body: WatchedBody | undefined
  #leaving: Leaving | undefined
  #ending: Ending | undefined
  #extra = 0
  #came = 0
  /** What came is worked through in its order. */
  readonly #work = new StepQueue(() => this.leave('signal'))
  #waiting = 0
  #isPaused = false

  constructor(options: WatchOptions) {
    this.#options = options
    this.over = this.#end.promise.then(() => this.#work.settle())
  }

  get ending(): Ending | undefined {
    return this.#ending
  }

  /** Takes the exchange that tells this watch; it is made once the watch is there. */
  follow(exchange: Exchange): void {
    this.#exchange = exchange
  }

  /** Leaves the reply, if it still goes on. */
  leave(because: Leaving): void {
    if (this.#ending || this.#leaving) return
    this.#leaving = because
    this.#exchange?.leave()
  }

  head(head: ReplyHead): void {
    this.#head = head
    this.#body = new WatchedBody(head)
    const { status, reason, fields } = head
    const told = { status, reason, fields: [...fields], at: this.#since(head.at) }
    this.#work.add(() => void this.#options.onHead?.(told))
  }

  piece(piece: Piece): void {
    const size = piece.bytes.length
    if (this.#leaving || size === 0) return
    this.#came += size
    this.#waiting += size + overhead
    this.#balance()
    this.#work.add(() => this.#take(piece))
    if (this.#came >= this.#options.maxBytes) this.leave('bytes')
  }

  extra(piece: Piece): void {
    this.#extra += piece.bytes.length
  }

  end(ending: Ending): void {
    this.#ending = ending
    this.#end.resolve(ending)
  }

  /** What came, once it is over; undefined where not even a head came. */
  async tell(): Promise<WatchedReply | undefined> {
    const [head, body] = [this.#head, this.#body]
    if (!head || !body) return undefined
    const { unitCount, firstBlock, lastBlock, ...arrivals } = await this.#tellArrivals(head, body)
    const { unitName } = body.reader
    return {
      status: head.status,
      reason: head.reason,
      fields: [...head.fields],
      ...arrivals,
      times: {
        head: this.#since(head.at),
        firstBlock,
        lastBlock,
        end: this.#since(this.#ending?.at ?? head.at),
      },
      encoding: body.encoding,
      framing: head.framing.kind,
      format: arrivals.bytes === 0 ? 'none' : body.reader.format,
      ...(unitName !== undefined && { unitName, unitCount }),
      ending: this.#tellEnding(body),
    }
  }

  async #tellArrivals(head: ReplyHead, body: WatchedBody): Promise<ReturnType<ArrivalRecord['tell']>> {
    const isWhole = this.#ending?.kind === 'complete'
    if (isWhole && this.#came > 0) this.#record.addRest(...(await body.finish(head)))
    else body.close()
    return this.#record.tell(this.#since(head.at))
  }

  #tellEnding({ findings }: WatchedBody): ProbedEnding {
    const ending = this.#ending
    if (this.#leaving && ending?.kind === 'left') return { kind: 'left', because: this.#leaving }
    if (!ending || ending.kind === 'left') return { kind: 'left', because: 'signal' }
    if (ending.kind === 'cut') return { kind: 'cut', by: ending.by, message: ending.message }
    if (this.#extra > 0) return { kind: 'cut', by: 'framing', message: this.#tellExtra() }
    return { kind: 'complete', isSure: ending.isSure, ...findings }
  }

  #tellExtra(): string {
    const framing = this.#head?.framing
    const bytes = countOf(this.#extra, 'more bytes')
    if (framing?.kind === 'length')
      return `after the ${countOf(framing.bytes, 'bytes')} of its Content-Length came ${bytes}`
    return framing?.kind === 'none'
      ? `a reply without a body was followed by ${bytes}`
      : `after its end came ${bytes}`
  }

  #take(piece: Piece): Promise<void> | undefined {
    return this.#body?.take(piece.bytes, (seen) => this.#note(piece, seen))
  }

  #note({ bytes, startedAt, at, reading }: Piece, seen: Seen): void {
    this.#waiting -= bytes.length + overhead
    this.#balance()
    const times = { startedAt: this.#since(startedAt), at: this.#since(at) }
    const block = { ...times, bytes: bytes.length, ...seen, reading }
    this.#record.add(block)
    this.#options.onBlock?.(block)
  }

  #balance(): void {
    if (!this.#isPaused && this.#waiting > most) this.#exchange?.pause()
    else if (this.#isPaused && this.#waiting < few) this.#exchange?.resume()
    else return
    this.#isPaused = !this.#isPaused
  }

  #since(at: number): number {
    return Math.round((at - this.#options.sentAt) * 1000) / 1000
  }
}

/** The bytes of a reply: decoded, then read in their format. */
class WatchedBody {
  readonly encoding: string
  readonly reader: BodyReader
  findings: { faults: string[]; hints: string[] } = { faults: [], hints: [] }
  readonly #decoder: BodyDecoder
  #decodedBytes = 0
  #units = 0

  constructor(head: ReplyHead) {
    const field = (name: string): string =>
      head.fields.flatMap(([key, value]) => (key === name ? [value.trim()] : [])).join(', ')
    this.encoding = field('content-encoding')
      .toLowerCase()
      .replace(/^$|^none$/, 'identity')
      .replace(/^x-/, '')
    this.reader = new BodyReader(field('content-type'))
    this.#decoder = openBodyDecoder(this.encoding, (bytes) => {
      this.#decodedBytes += bytes.length
      this.#units += this.reader.read(bytes)
    })
  }

  /** Tells what the bytes have made visible: at once, or when they are decoded. */
  take(bytes: Uint8Array, tell: (seen: Seen) => void): Promise<void> | undefined {
    const waiting = this.#decoder.write(bytes)
    if (waiting) return waiting.then(() => tell(this.#see()))
    tell(this.#see())
    return undefined
  }

  #see(): Seen {
    const [decodedBytes, units] = this.#flush()
    if (this.reader.unitName === undefined) return { decodedBytes }
    return { decodedBytes, units, ...(this.reader.isInside && { endsInside: true }) }
  }

  async finish(head: ReplyHead): Promise<[decodedBytes: number, units: number]> {
    const fault = await this.#decoder.finish()
    const isCounted =
      head.framing.kind === 'length' || head.fields.some(([name]) => name === 'content-length')
    const { faults, hints } = this.reader.finish(isCounted)
    const isUnknown = fault !== undefined && fault.endsWith('not decoded')
    if (isUnknown) this.findings = { faults: [], hints: [fault] }
    else this.findings = { faults: fault === undefined ? faults : [fault, ...faults], hints }
    return this.#flush()
  }

  close(): void {
    this.#decoder.close()
  }

  #flush(): [decodedBytes: number, units: number] {
    const found: [number, number] = [this.#decodedBytes, this.#units]
    this.#decodedBytes = 0
    this.#units = 0
    return found
  }
}
