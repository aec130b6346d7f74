// A request whose connection is in another thread, and the way back to it through the ring.
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { type Bytes, toUint8Array } from '../../body/block.ts'
import { ClientGone, type ShuttingDown } from '../../delivery/errors.ts'
import type { Framing, HttpVersion } from '../../delivery/framing.ts'
import type { Delivery } from '../../delivery/pump-plan.ts'
import type { FirstBlock, Sink } from '../../delivery/sink.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { PlainBody } from '../../reply/selection/encoded-blocks.ts'
import type { Head, Live, PendingHead, Wire } from '../wire.ts'
import { type Outlet, writeLatin1 } from './outlet.ts'
import { formatHead, parseFields, type RequestRecord, toTransmitter } from './records.ts'
import { ThreadRequest } from './thread-request.ts'
import { CREDIT, ThreadSink } from './thread-sink.ts'

/** What the transmitter tells of one request, besides the request itself. */
export interface ThreadWirePlan {
  readonly id: number
  readonly request: RequestRecord
  /** Why the request cannot be dispatched. */
  readonly refusal?: HttpError | undefined
  readonly outlet: Outlet
  readonly delivery: Delivery
  /** Called once, when nothing more is to be told of it. */
  readonly closed: () => void
}

/** Bit 0 of a plain reply: the connection stays; bit 1: the body is text. */
export const PLAIN_STAYS = 1
export const PLAIN_TEXT = 2

// A whole reply of more bytes goes in pieces, by credit.
const WHOLE = CREDIT / 2

// Together with a whole body it must fit into one record.
const HEAD_LIMIT = 262_144

/** One request on a connection of the transmitter. */
export class ThreadWire implements Wire {
  readonly encodes = true
  readonly #plan: ThreadWirePlan
  readonly #outlet: Outlet
  #live: Live | undefined
  #isNext: boolean
  #onNext: (() => void) | undefined
  #head: Head | undefined
  #sink: ThreadSink | undefined
  #onEnded: (() => void) | undefined
  #reading: PromiseWithResolvers<Uint8Array | undefined> | undefined
  #gone: ClientGone | ShuttingDown | undefined
  // A long text of a handler goes on its way when the exchange is over already.
  #isSending = false
  #isClosed = false
  #isForgotten = false

  constructor(plan: ThreadWirePlan) {
    this.#plan = plan
    this.#outlet = plan.outlet
    this.#isNext = plan.request.isNext
  }

  get method(): string {
    return this.#plan.request.method
  }

  get version(): HttpVersion {
    return this.#plan.request.version
  }

  get target(): string {
    return this.#plan.request.target
  }

  get fields(): readonly string[] {
    return parseFields(this.#plan.request.fields)
  }

  get arrivedAt(): number {
    return this.#plan.request.arrivedAt / 1000
  }

  get remoteAddress(): string | undefined {
    return this.#plan.request.remoteAddress
  }

  get takesTrailers(): boolean {
    return this.#plan.request.takesTrailers
  }

  get isNext(): boolean {
    return this.#isNext
  }

  get isHeld(): boolean {
    return this.#sink?.held ?? false
  }

  get delivery(): Delivery {
    return this.#plan.delivery
  }

  whenNext(callback: () => void): void {
    this.#onNext = callback
  }

  readRequest(): ThreadRequest {
    if (this.#plan.refusal) throw this.#plan.refusal
    return new ThreadRequest(this.#plan.request, this)
  }

  open(live: Live): void {
    this.#live = live
  }

  close(): void {
    this.#isClosed = true
    if (this.#reading) this.onBodyFailed(toOverError())
    this.#forget()
  }

  writeHead(head: Head): void {
    checkHead(head)
    this.#head = head
  }

  end(bytes: Uint8Array | undefined, ended: () => void): void {
    const head = this.#head
    if (!head) return
    const size = bytes?.byteLength ?? 0
    if (size > WHOLE) return this.#endInPieces(head, bytes ?? new Uint8Array(0), ended)
    this.#onEnded = ended
    this.#putWhole(formatHead(head), bytes)
  }

  sendPlain(body: string | Bytes, stays: boolean): void {
    const isText = typeof body === 'string'
    const bytes = isText ? body : toUint8Array(body)
    // Room for three bytes of UTF-8 a unit; what is longer goes as bytes.
    const most = isText ? body.length * 3 : bytes.length
    if (most > WHOLE)
      return this.#sendLongPlain(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, { isText, stays })
    const flags = (stays ? PLAIN_STAYS : 0) | (isText ? PLAIN_TEXT : 0)
    this.#outlet.put(toTransmitter.plain, this.#plan.id, 1 + most, (ring, at) => {
      ring[at] = flags
      if (typeof bytes === 'string') return 1 + (bytes === '' ? 0 : ring.write(bytes, at + 1))
      ring.set(bytes, at + 1)
      return 1 + bytes.length
    })
  }

  toSink(head: PendingHead, begin?: PlainBody['begin']): Sink {
    const write = (framing: Framing): Head | undefined => {
      head.write(framing)
      return this.#head
    }
    const frame = (first: FirstBlock) => head.frame(first)
    this.#sink = new ThreadSink(this.#outlet, this.#plan.id, { frame, begin, write })
    return this.#sink
  }

  destroy(): void {
    this.#outlet.putSignal(toTransmitter.destroy, this.#plan.id)
  }

  /** Asks for the next piece of the request body; undefined when it has ended. */
  read(): Promise<Uint8Array | undefined> {
    if (this.#gone) return Promise.reject(this.#gone)
    if (this.#isClosed) return Promise.reject(toOverError())
    this.#reading = Promise.withResolvers()
    this.#outlet.putSignal(toTransmitter.read, this.#plan.id)
    return this.#reading.promise
  }

  hint(links: readonly string[]): void {
    this.#outlet.putText(toTransmitter.hints, this.#plan.id, links.join('\n'))
  }

  onBody(piece: Uint8Array | undefined): void {
    this.#reading?.resolve(piece)
    this.#reading = undefined
  }

  onBodyFailed(error: Error): void {
    this.#reading?.reject(error)
    this.#reading = undefined
    const isGivenUp = error instanceof HttpError && (error.status === 408 || error.status === 400)
    if (isGivenUp) this.#live?.giveUp?.(error)
  }

  onCredit(bytes: number): void {
    this.#sink?.onCredit(bytes)
  }

  onNext(): void {
    this.#isNext = true
    this.#onNext?.()
  }

  onEnded(beats: number): void {
    this.#onEnded?.()
    this.#sink?.onEnded(beats)
    this.#forget()
  }

  onGone(reason: ClientGone | ShuttingDown): void {
    this.#gone = reason
    this.#sink?.onGone()
    this.onBodyFailed(reason)
    this.#live?.abort(reason)
    this.#isSending = false
    this.#forget()
  }

  #putWhole(head: string, bytes: Uint8Array | undefined): void {
    const size = 4 + head.length + (bytes?.byteLength ?? 0)
    this.#outlet.put(toTransmitter.whole, this.#plan.id, size, (ring, at) => {
      ring.writeUInt32LE(head.length, at)
      writeLatin1(ring, at + 4, head)
      if (bytes) ring.set(bytes, at + 4 + head.length)
      return size
    })
  }

  #endInPieces(head: Head, bytes: Uint8Array, ended: () => void): void {
    if (!this.#isNext) {
      this.#onNext = () => this.#endInPieces(head, bytes, ended)
      return
    }
    this.#sink = new ThreadSink(this.#outlet, this.#plan.id)
    this.#sink.putHead(head)
    this.#sink.end([bytes], [], () => ended())
  }

  #sendLongPlain(bytes: Uint8Array, { isText, stays }: { isText: boolean; stays: boolean }): void {
    const type = isText ? 'text/plain;charset=UTF-8' : 'application/octet-stream'
    const size = bytes.byteLength
    const fields = ['content-type', type, 'content-length', String(size)]
    const framing = { kind: 'length', bytes: size } as const
    this.#isSending = true
    this.#endInPieces({ status: 200, reason: 'OK', fields, framing, stays }, bytes, () => this.#sent())
  }

  #sent(): void {
    this.#isSending = false
    this.#forget()
  }

  // The number is in use as long as the exchange, or what it has left behind.
  #forget(): void {
    if (!this.#isClosed || this.#isSending || this.#sink?.isDraining || this.#isForgotten) return
    this.#isForgotten = true
    this.#plan.closed()
  }
}

// What node:http would refuse in the other thread, where nobody could answer for it any more (G12).
function checkHead({ reason, fields }: Head): void {
  let size = reason.length
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] ?? ''
    validateHeaderName(name)
    const value = fields[index + 1] ?? ''
    validateHeaderValue(name, value)
    size += name.length + value.length + 2
  }
  if (size > HEAD_LIMIT) {
    throw new RangeError(
      `Cannot send a head of ${size} bytes: ${HEAD_LIMIT} are the most; no client takes as much`,
    )
  }
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not be there
  if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(reason)) {
    throw new TypeError('Cannot send the reason of a status: it holds a character that a head cannot have')
  }
}

function toOverError(): ClientGone {
  return new ClientGone('Cannot read the request body: the reply is over')
}
