// One request and its reply in the transmitter: what the ring brings goes to the client, as far as it reads, and what
// has left is told to the application as credit.
import { ClientGone, ShuttingDown, TooSlow, toError } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { Sink } from '../../delivery/sink.ts'
import { frameLarge } from '../../delivery/slab.ts'
import { HttpError } from '../../reply/http-error.ts'
import { findFault, sendStatus } from '../limits/refuse-request.ts'
import type { Outlet } from '../thread/outlet.ts'
import {
  formatFields,
  formatRequest,
  parseFields,
  parseHead,
  type RequestRecord,
  toApplication,
  toTransmitter,
} from '../thread/records.ts'
import { CREDIT } from '../thread/thread-sink.ts'
import { PLAIN_STAYS, PLAIN_TEXT } from '../thread/thread-wire.ts'
import type { Head, Live, ServedRequest, ServedWire } from '../wire.ts'
import type { Asking, Backlog, WaitingPart } from './backlog.ts'
import { CodedSink } from './coded-sink.ts'
import { Gathering } from './gathering.ts'

export interface RelayPlan {
  readonly id: number
  readonly wire: ServedWire
  readonly outlet: Outlet
  readonly backlog: Backlog
  /** Called once, when nothing more is to be done for it. */
  readonly closed: () => void
  readonly report: (error: unknown) => void
}

/** What has left is told when it is worth telling. */
const CREDIT_STEP = CREDIT / 4

/** The transmitter's part of one reply. */
export class Relay implements Live, Asking {
  readonly id: number
  isTold = false
  waiting: WaitingPart[] | undefined
  /** In the list of those to flush. */
  isTouched = false
  /** True in the middle of a block. */
  isInside = false
  /** True when the application says nothing more of it. */
  isReleased = false
  readonly #plan: RelayPlan
  readonly #wire: ServedWire
  readonly #outlet: Outlet
  #request: ServedRequest | undefined
  #body: ReadableStreamDefaultReader<Uint8Array> | undefined
  #sink: Sink | undefined
  #framing: Framing = { kind: 'none' }
  // What is gathered leaves as a chunk.
  #isChunked = false
  readonly #gathering = new Gathering()
  #untold = 0
  #isWaiting = false
  #last: ((frames: readonly Uint8Array[]) => void) | undefined
  #beat: { timer: NodeJS.Timeout; frame: Uint8Array } | undefined
  #beats = 0
  #isEnding = false
  #isOver = false

  constructor(plan: RelayPlan) {
    this.id = plan.id
    this.#plan = plan
    this.#wire = plan.wire
    this.#outlet = plan.outlet
  }

  /** True when nothing more is to be done for it. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Tells the application of the request. */
  open(): void {
    this.#wire.open(this)
    try {
      this.#request = this.#wire.readRequest()
      this.#plan.backlog.put(toApplication.request, this, formatRequest(this.#toRecord(this.#request)))
    } catch (error) {
      if (!(error instanceof HttpError)) return this.fail(error)
      const text = `${error.status}\n${error.message}\n${formatRequest(this.#toRecord())}`
      this.#plan.backlog.put(toApplication.refused, this, text)
    }
    if (!this.#wire.isNext) this.#wire.whenNext(() => this.#signal(toApplication.next))
  }

  /** Answers in place of the application, which hears nothing of the request. */
  refuse(status: number): void {
    this.#isEnding = true
    this.#wire.open(this)
    sendStatus(this.#wire, { status: findFault(this.#wire) ?? status, ended: () => this.#close() })
  }

  /** The client has left, or the server closes. */
  abort(reason: ClientGone | ShuttingDown): void {
    if (this.#isOver) return
    const isGone = reason instanceof ClientGone
    if (this.isTold) this.#signal(toSignal(reason))
    if (this.#sink) this.#sink.abort(reason)
    else if (!isGone) this.#wire.destroy()
    this.#close()
  }

  ask(): boolean {
    // A write that is under way asks, too.
    if (this.#isOver || this.isInside || this.#isWaiting) return false
    return this.#wire.ask?.() ?? false
  }

  /** The application does not answer: who waits for its next block, or its first, waits no longer. True for who did. */
  onStall(): boolean {
    if (this.#isOver || this.#isEnding) return false
    this.#isEnding = true
    if (this.isTold) this.#signal(toApplication.stalled)
    const error = new Error('Cannot finish the reply: the application does not answer')
    if (this.#sink) abortSink(this.#sink, error, () => this.#close())
    else {
      sendStatus(this.#wire, { status: 503 })
      this.#close()
    }
    return true
  }

  /** The process ends: what is not complete must not look so. */
  breakOff(): void {
    if (this.#isOver) return
    if (this.#framing.kind === 'close') this.#wire.reset()
    else this.#wire.destroy()
  }

  /** Takes a part of the body out of the ring; it goes to the client at the next `flush`. */
  gather(bytes: Buffer, start: number, end: number): void {
    if (!this.#isOver) this.#gathering.put(bytes, start, end)
  }

  /** Takes anything else; the payload is valid until this returns. */
  take(type: number, payload: Buffer): void {
    if (this.#isOver) return
    try {
      this.#take(type, payload)
    } catch (error) {
      this.fail(error)
    }
  }

  /** Gives what was gathered to the socket. */
  flush(): void {
    this.isTouched = false
    if (this.#isOver || !this.#sink || this.#isWaiting) return
    this.#beat?.timer.refresh()
    const { size } = this.#gathering
    const frames = this.#gathering.take(this.#isChunked)
    const last = this.#last
    this.#last = undefined
    if (last) last(frames)
    else if (frames.length === 0) this.#sink.push()
    else this.#write(this.#sink, frames, size)
  }

  #take(type: number, payload: Buffer): void {
    if (type === toTransmitter.head) this.#onHead(parseHead(payload.toString('latin1')))
    else if (type === toTransmitter.end) this.#onEnd(parseFields(payload.toString('latin1')))
    else if (type === toTransmitter.plain) this.#onPlain(payload)
    else if (type === toTransmitter.whole) this.#onWhole(payload)
    else if (type === toTransmitter.read) void this.#read()
    else if (type === toTransmitter.hints) this.#request?.earlyHints?.(payload.toString('latin1').split('\n'))
    else if (type === toTransmitter.beat)
      this.#startBeat(payload.readUInt32LE(0), Buffer.from(payload.subarray(4)))
    else if (type === toTransmitter.abort) this.#onAbort(payload.toString('latin1') === 'drained')
    else if (type === toTransmitter.destroy) this.#onDestroy()
  }

  /** It cannot be sent: that is reported, and it is broken off. */
  fail(cause: unknown): void {
    this.#plan.report(cause)
    this.abort(new ShuttingDown('Cannot finish the reply: the transmitter cannot send it', { cause }))
  }

  #onHead(head: Head): void {
    const { framing, coding } = head
    this.#framing = framing
    this.#isChunked = framing.kind === 'chunked' && !coding
    const sink = this.#wire.toSink({ frame: () => framing, write: () => this.#wire.writeHead(head) })
    this.#sink = coding ? new CodedSink(sink, coding, (error) => this.fail(error)) : sink
    this.#sink.commit(framing)
  }

  #onEnd(trailers: readonly string[]): void {
    this.#isEnding = true
    this.#last = (frames) => {
      this.#sink?.end(frames, trailers, (bytes) => {
        this.#gathering.reuse()
        this.#onEnded(bytes)
      })
      this.#stopBeat()
    }
  }

  #onEnded(bytes = this.#beats): void {
    if (this.#isOver) return
    this.#outlet.putNumber(toApplication.ended, this.id, bytes)
    this.#close()
  }

  #onPlain(payload: Buffer): void {
    const flags = payload[0] ?? 0
    const isText = (flags & PLAIN_TEXT) !== 0
    const body = isText ? payload.toString('utf8', 1) : Buffer.from(payload.subarray(1))
    this.#wire.sendPlain(body, (flags & PLAIN_STAYS) !== 0)
    // The application is done with it; for its client's limit it is there until it has left.
    this.#isEnding = true
    if (this.#wire.isHeld && this.#wire.whenSent) this.#wire.whenSent(() => this.#close())
    else this.#close()
  }

  #onWhole(payload: Buffer): void {
    const start = 4 + payload.readUInt32LE(0)
    const head = parseHead(payload.toString('latin1', 4, start))
    this.#framing = head.framing
    this.#wire.writeHead(head)
    this.#isEnding = true
    this.#wire.end(start < payload.length ? Buffer.from(payload.subarray(start)) : undefined, () =>
      this.#onEnded(),
    )
  }

  // What was sent before leaves first, where there is time for it.
  #onAbort(isDrained: boolean): void {
    const sink = this.#sink
    if (!sink) return this.#onDestroy()
    if (!isDrained) {
      sink.abort(new ShuttingDown('Cannot finish the reply: it was broken off'))
      return this.#onEnded()
    }
    this.#isEnding = true
    this.#last = (frames) => {
      if (frames.length > 0) sink.writeAll(frames)
      abortSink(sink, new Error('Cannot finish the reply: it has failed'), () => this.#onEnded())
    }
  }

  // Who has asked for it may be waiting to hear that the client is gone.
  #onDestroy(): void {
    this.#wire.destroy()
    this.#signal(toApplication.gone)
    this.#close()
  }

  #write(sink: Sink, frames: readonly Uint8Array[], size: number): void {
    const [first] = frames
    if (frames.length === 1 && first) sink.write(first)
    else sink.writeAll(frames)
    this.#settle(sink, size)
  }

  // Credit goes back when the bytes have left, not when they were handed over.
  #settle(sink: Sink, bytes: number): void {
    if (!sink.held) return this.#onLeft(bytes)
    this.#isWaiting = true
    sink.whenFree(() => {
      this.#isWaiting = false
      this.#onLeft(bytes)
      this.flush()
    })
  }

  #onLeft(bytes: number): void {
    this.#gathering.reuse()
    this.#untold += bytes
    if (this.#untold < CREDIT_STEP) return
    this.#outlet.putNumber(toApplication.credit, this.id, this.#untold)
    this.#untold = 0
  }

  async #read(): Promise<void> {
    try {
      this.#body ??= this.#request?.body()?.getReader()
      const piece = await this.#body?.read()
      if (this.#isOver) return
      if (!piece || piece.done) this.#signal(toApplication.bodyEnd)
      else this.#outlet.putBytes(toApplication.body, this.id, piece.value)
    } catch (error) {
      if (this.#isOver) return
      const status = error instanceof HttpError ? error.status : ''
      this.#outlet.putText(toApplication.bodyFailed, this.id, `${status}\n${toError(error).message}`)
    }
  }

  #startBeat(every: number, block: Uint8Array): void {
    const frame = this.#isChunked ? Buffer.concat(frameLarge(block, true)) : block
    this.#beat = { timer: setTimeout(() => this.#onBeat(), every).unref(), frame }
  }

  // Not inside a block, and not to a client that does not read.
  #onBeat(): void {
    const sink = this.#sink
    if (this.#isOver || !sink || !this.#beat) return
    this.#beat.timer.refresh()
    if (this.#isWaiting || this.isInside || this.#isEnding || sink.held) return
    this.#beats++
    sink.write(this.#beat.frame)
    this.#settle(sink, 0)
  }

  #stopBeat(): void {
    clearTimeout(this.#beat?.timer)
    this.#beat = undefined
  }

  #signal(type: number): void {
    if (!this.#isOver && !this.isReleased) this.#outlet.putSignal(type, this.id)
  }

  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (!this.isTold) {
      this.isReleased = true
      this.#plan.backlog.drop(this)
    }
    this.#stopBeat()
    // The application may forget it much later: with the next request.
    this.#gathering.drop()
    this.#wire.close(this)
    this.#plan.closed()
  }

  #toRecord(request?: ServedRequest): RequestRecord {
    const { method, version, takesTrailers, isNext } = this.#wire
    return {
      arrivedAt: Math.floor(performance.now() * 1000),
      method,
      version,
      takesTrailers,
      isNext,
      secure: request?.transport.secure ?? false,
      hasBody: request?.hasBody ?? false,
      remoteAddress: request ? request.transport.remoteAddress : this.#wire.remoteAddress,
      remotePort: request?.transport.remotePort,
      peerAddress: request?.transport.peerAddress,
      authority: request?.authority ?? '',
      target: request?.target ?? this.#wire.target ?? '',
      fields: formatFields(request?.fields ?? this.#wire.fields),
    }
  }
}

// What is being compressed leaves before that, and the connection lives for so long: whoever is over is ended.
function abortSink(sink: Sink, error: Error, over: () => void): void {
  const abort = (): void => {
    sink.abort(error)
    over()
  }
  if (sink instanceof CodedSink) sink.whenMade(abort)
  else abort()
}

function toSignal(reason: ClientGone | ShuttingDown): number {
  if (reason instanceof TooSlow) return toApplication.slow
  return reason instanceof ClientGone ? toApplication.gone : toApplication.shutdown
}
