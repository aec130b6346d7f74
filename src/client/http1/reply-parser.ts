// Bytes in, events out; it knows no sockets. However the bytes are cut into readings, it tells the same but for the times
// and for the pieces of bodies that have no frames.
import type { Framing } from '../../delivery/framing.ts'
import type { Ending, ReplyHead, ReplyListener } from '../connection.ts'
import type { Reading } from '../socket/reading-clock.ts'
import { describeSpeech, isForeign } from './describe-speech.ts'
import { FramingFault, quote } from './framing-fault.ts'
import { LineReader } from './line-reader.ts'
import { parseChunkSize } from './parse-chunk-size.ts'
import { parseFieldLine, parseStatusLine, type StatusLine } from './parse-status-line.ts'
import { PieceJoiner } from './piece-joiner.ts'
import { isPersistent, toReplyFraming } from './to-reply-framing.ts'

/** Bytes of a head, and of trailers, that are held. */
export const MAX_HEAD_BYTES = 256 * 1024

const MAX_CHUNK_LINE_BYTES = 16 * 1024

const empty = Buffer.alloc(0)

/** What a reply is read for. */
export interface ReplyPlan {
  /** Of the request: a HEAD has no body. */
  readonly method: string
  readonly listener: ReplyListener
  /** True for the first reply on its connection: only that one can show that the server does not speak HTTP. */
  readonly isFirst: boolean
  /** Of the request. */
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1'
  /** Called before the listener hears of the end. */
  readonly onOver?: (ending: Ending) => void
}

type Step = 'status' | 'fields' | 'length' | 'close' | 'size' | 'chunk' | 'chunk-end' | 'trailers' | 'over'

/** Reads one reply, with the interim ones before it, and tells its listener. */
export class ReplyParser {
  readonly #plan: ReplyPlan
  readonly #headLines = new LineReader(MAX_HEAD_BYTES, 'head')
  readonly #sizeLines = new LineReader(MAX_CHUNK_LINE_BYTES, 'line before a chunk')
  readonly #trailerLines = new LineReader(MAX_HEAD_BYTES, 'trailers')
  readonly #joiner: PieceJoiner
  #step: Step = 'status'
  #bytes: Buffer = empty
  #at = 0
  #reading: Reading = { number: 0, at: 0 }
  #opening: Buffer = empty
  #statusLine: StatusLine | undefined
  #fields: (readonly [name: string, value: string])[] = []
  #left = 0
  /** True between the CR and the LF that end a chunk. */
  #hasCr = false
  #bodyBytes = 0
  #isPersistent = false

  constructor(plan: ReplyPlan) {
    this.#plan = plan
    this.#joiner = new PieceJoiner((piece) => plan.listener.piece?.(piece))
  }

  /** True when the listener has been told the end. */
  get isOver(): boolean {
    return this.#step === 'over'
  }

  /** True when nothing of the reply has come. */
  get isUntouched(): boolean {
    return this.#step === 'status' && this.#opening.length === 0
  }

  /** True when the reply is whole, and another one may come on its connection. */
  get isPersistent(): boolean {
    return this.#isPersistent && this.isOver
  }

  /** Reads what has come, and gives back what stands after the end of the reply. */
  push(bytes: Buffer, reading: Reading): Buffer {
    this.#bytes = bytes
    this.#at = 0
    this.#reading = reading
    try {
      while (this.#step !== 'over' && this.#at < bytes.length) this.#take(this.#step)
    } catch (error) {
      if (!(error instanceof FramingFault)) throw error
      this.cut('framing', error.message, reading.at)
    }
    this.#bytes = empty
    return bytes.subarray(this.#at)
  }

  /** Nothing more comes. The server has ended the connection: of a reply that ends so, nobody knows that it is whole. */
  finish(at: number): void {
    if (this.#step === 'close') this.end({ kind: 'complete', isSure: false, at })
    else this.cut('closed', `The server closed the connection ${this.#describePlace()}`, at)
  }

  /** The reply is cut off; what came of a chunk is told before. */
  cut(by: 'closed' | 'reset' | 'framing', message: string, at: number): void {
    if (this.isOver) return
    this.#joiner.flush()
    this.end({ kind: 'cut', by, message, at })
  }

  /** The connection was reset. */
  reset(at: number): void {
    this.cut('reset', `The connection was reset ${this.#describePlace()}`, at)
  }

  end(ending: Ending): void {
    if (this.isOver) return
    this.#isPersistent &&= ending.kind === 'complete'
    this.#step = 'over'
    this.#plan.onOver?.(ending)
    this.#plan.listener.end?.(ending)
  }

  #take(step: Exclude<Step, 'over'>): void {
    if (step === 'status') return this.#takeStatus()
    if (step === 'fields') return this.#takeField()
    if (step === 'size') return this.#takeSize()
    if (step === 'chunk-end') return this.#takeChunkEnd()
    if (step === 'trailers') return this.#takeTrailer()
    this.#takeData(step)
  }

  #takeStatus(): void {
    if (this.#opening.length < 7) {
      this.#opening = Buffer.concat([this.#opening, this.#bytes.subarray(this.#at)])
      if (isForeign(this.#opening)) throw new FramingFault(this.#describeForeign())
    }
    const line = this.#line(this.#headLines)
    if (line === undefined) return
    this.#statusLine = parseStatusLine(line)
    this.#step = 'fields'
  }

  #describeForeign(): string {
    if (this.#plan.isFirst) return describeSpeech(this.#opening)
    return `After the reply before comes no status line, but ${quote(this.#opening.toString('latin1'))}`
  }

  #takeField(): void {
    const line = this.#line(this.#headLines)
    if (line === '') this.#takeHead()
    else if (line !== undefined) this.#fields.push(parseFieldLine(line))
  }

  #takeHead(): void {
    const { method, protocol, listener } = this.#plan
    const facts = { ...(this.#statusLine ?? noStatus), fields: this.#fields, method, protocol }
    const framing = toReplyFraming(facts)
    const { version, status, reason, fields } = facts
    const head: ReplyHead = { version, status, reason, fields, framing, at: this.#reading.at }
    this.#headLines.reset()
    this.#fields = []
    // RFC 9110 §15.2.2: after 101 the connection speaks another protocol, so it is the last.
    if (status < 200 && status !== 101) return this.#takeInterim(head)
    this.#isPersistent = status !== 101 && isPersistent(facts, framing)
    listener.head?.(head)
    if (!this.isOver) this.#startBody(framing)
  }

  #takeInterim(head: ReplyHead): void {
    this.#step = 'status'
    this.#opening = empty
    this.#plan.listener.interim?.(head)
  }

  #startBody(framing: Framing): void {
    this.#left = framing.kind === 'length' ? framing.bytes : 0
    if (framing.kind === 'chunked') this.#step = 'size'
    else if (framing.kind === 'close') this.#step = 'close'
    else if (this.#left > 0) this.#step = 'length'
    else this.#complete()
  }

  #takeData(step: 'length' | 'close' | 'chunk'): void {
    const there = this.#bytes.length - this.#at
    const size = step === 'close' ? there : Math.min(there, this.#left)
    const data = this.#bytes.subarray(this.#at, this.#at + size)
    this.#at += size
    this.#bodyBytes += size
    if (step !== 'close') this.#left -= size
    this.#joiner.push(data, this.#reading)
    if (step !== 'chunk' || this.#left === 0) this.#joiner.flush()
    // The listener may have left meanwhile.
    if (this.isOver || step === 'close' || this.#left > 0) return
    if (step === 'chunk') this.#step = 'chunk-end'
    else this.#complete()
  }

  #takeSize(): void {
    const line = this.#line(this.#sizeLines)
    if (line === undefined) return
    this.#sizeLines.reset()
    this.#left = parseChunkSize(line)
    this.#step = this.#left === 0 ? 'trailers' : 'chunk'
  }

  #takeChunkEnd(): void {
    const byte = this.#bytes[this.#at] ?? 0
    if (byte !== (this.#hasCr ? LF : CR))
      throw new FramingFault(
        `After the bytes of a chunk comes ${quote(String.fromCharCode(byte))}, not CR LF`,
      )
    this.#at += 1
    this.#hasCr = !this.#hasCr
    if (!this.#hasCr) this.#step = 'size'
  }

  #takeTrailer(): void {
    const line = this.#line(this.#trailerLines)
    if (line === undefined) return
    if (line !== '') {
      this.#fields.push(parseFieldLine(line))
      return
    }
    if (this.#fields.length > 0) this.#plan.listener.trailers?.(this.#fields, this.#reading.at)
    this.#complete()
  }

  #line(lines: LineReader): string | undefined {
    const { line, end } = lines.read(this.#bytes, this.#at)
    this.#at = end
    return line
  }

  #complete(): void {
    this.end({ kind: 'complete', isSure: true, at: this.#reading.at })
  }

  #describePlace(): string {
    const after = `after ${this.#bodyBytes} bytes of the body`
    switch (this.#step) {
      case 'status':
        return this.isUntouched ? 'without a reply' : 'in the middle of the status line'
      case 'fields':
        return 'in the middle of the head'
      case 'length':
        return `after ${this.#bodyBytes} of ${this.#bodyBytes + this.#left} bytes of the body`
      case 'chunk':
        return `${after}, in the middle of a chunk that lacks ${this.#left} bytes`
      case 'size':
      case 'chunk-end':
        return `${after}, without the last chunk`
      case 'trailers':
        return `${after}, in the middle of the trailers`
      default:
        return after
    }
  }
}

const CR = 13
const LF = 10
const noStatus: StatusLine = { version: '1.1', status: 0, reason: '' }
