import type { ClientHttp2Stream } from 'node:http2'
import { isBodiless, type Framing } from '../../delivery/framing.ts'
import type { Ending, Exchange, ReplyHead, ReplyListener } from '../connection.ts'
import type { Reading } from '../socket/reading-clock.ts'
import { frameFlags, frameTypes, toDataLength, type WatchedFrame } from './frame-watcher.ts'
import { toErrorName } from './to-error-name.ts'

/** The end of a connection, as far as it is known. */
export interface ConnectionEnd {
  readonly by: 'closed' | 'reset' | 'stream-reset' | 'framing'
  readonly message: string
}

/** What an exchange asks of its connection. */
export interface Http2ExchangePlan {
  readonly method: string
  readonly listener: ReplyListener
  /** The last reading of the socket. */
  readonly reading: () => Reading
  /** Why the connection has ended, where it has. */
  readonly whyEnded: () => ConnectionEnd | undefined
}

/** One request and its reply on a stream of HTTP/2. */
export class Http2Exchange implements Exchange {
  readonly #stream: ClientHttp2Stream
  readonly #plan: Http2ExchangePlan
  /** DATA frames that are whole, of which not all bytes have come by way of Node. */
  readonly #frames: WatchedFrame[] = []
  #held: Buffer[] = []
  #heldBytes = 0
  #told = 0
  #framed = 0
  #length: number | undefined
  readonly #headTimes: number[] = []
  #hasHead = false
  #isBodiless = false
  #isRead = false
  #isOver = false
  #endedAt: number | undefined
  #reset: { code: number; at: number } | undefined
  #error: Error | undefined

  constructor(stream: ClientHttp2Stream, plan: Http2ExchangePlan) {
    this.#stream = stream
    this.#plan = plan
    stream.on('headers', (_headers, _flags, raw) => this.#takeInterim(raw))
    stream.on('response', (_headers, _flags, raw) => this.#takeHead(raw))
    stream.on('trailers', (_headers, _flags, raw) => this.#takeTrailers(raw))
    stream.on('data', (bytes: Buffer) => this.#takeData(bytes))
    stream.on('end', () => this.#takeEnd())
    stream.on('error', (error) => (this.#error = error))
    stream.on('close', () => this.settle())
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  leave(): void {
    this.#end({ kind: 'left', at: performance.now() })
    this.#stream.close(CANCEL)
  }

  /** A frame of this stream was read from the socket; what is in it comes later by way of Node. */
  watch(frame: WatchedFrame): void {
    const { type, flags, reading } = frame
    const isHead = type === frameTypes.headers || type === frameTypes.continuation
    if (isHead && flags & frameFlags.endHeaders) this.#headTimes.push(reading.at)
    if (type === frameTypes.reset) this.#reset ??= { code: frame.payload.readUInt32BE(0), at: reading.at }
    if (type === frameTypes.data) this.#watchData(frame)
    const canEnd = type === frameTypes.data || type === frameTypes.headers
    if (canEnd && flags & frameFlags.endStream) this.#endedAt = reading.at
  }

  /** Nothing more comes: tells how the reply has ended, unless that is told. */
  settle(): void {
    if (this.#isOver) return
    if (this.#hasHead) this.#flush()
    const isWhole = this.#endedAt !== undefined && this.#hasHead && this.#told === this.#framed
    if (isWhole && !this.#breaksLength()) return this.#complete()
    this.#end({ kind: 'cut', ...this.#whyCut(), at: this.#reset?.at ?? performance.now() })
  }

  #watchData(frame: WatchedFrame): void {
    const bytes = toDataLength(frame)
    this.#framed += bytes
    if (bytes > 0) this.#frames.push(frame)
    this.#match()
  }

  #takeInterim(raw: readonly string[]): void {
    if (this.#isOver) return
    const head = toHead(raw, this.#plan.method, this.#headTimes.shift())
    this.#plan.listener.interim?.(head)
  }

  #takeHead(raw: readonly string[]): void {
    if (this.#isOver) return
    const head = toHead(raw, this.#plan.method, this.#headTimes.shift())
    this.#length = toLength(head)
    this.#isBodiless = head.framing.kind === 'none'
    this.#hasHead = true
    this.#plan.listener.head?.(head)
    this.#match()
    if (this.#isRead) this.#takeEnd()
  }

  #takeTrailers(raw: readonly string[]): void {
    const at = this.#headTimes.shift() ?? performance.now()
    if (this.#isOver) return
    this.#match()
    this.#plan.listener.trailers?.(toFields(raw), at)
  }

  #takeData(bytes: Buffer): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    this.#match()
  }

  // Node tells a head in the next tick, so that data may come before it.
  #match(): void {
    while (this.#hasHead && !this.#isOver) {
      const [frame] = this.#frames
      if (!frame || this.#heldBytes < toDataLength(frame)) return
      this.#frames.shift()
      this.#tell(toDataLength(frame), frame)
    }
  }

  /** What came of a frame that the reply was cut off in. */
  #flush(): void {
    const reading = this.#plan.reading()
    if (this.#heldBytes > 0) this.#tell(this.#heldBytes, { startedAt: reading.at, reading })
  }

  #tell(size: number, { startedAt, reading }: Pick<WatchedFrame, 'startedAt' | 'reading'>): void {
    const [first] = this.#held
    const all = first && first.length >= size ? first : Buffer.concat(this.#held)
    const rest = all === first ? this.#held.slice(1) : []
    this.#held = all.length > size ? [all.subarray(size), ...rest] : rest
    this.#heldBytes -= size
    this.#told += size
    const piece = { bytes: all.subarray(0, size), startedAt, at: reading.at, reading: reading.number }
    this.#plan.listener.piece?.(piece)
  }

  #takeEnd(): void {
    this.#isRead = true
    // RST_STREAM with NO_ERROR looks like an end to Node; the frame tells the two apart, and the close comes next.
    if (this.#isOver || !this.#hasHead || this.#endedAt === undefined || this.#breaksLength()) return
    this.#complete()
  }

  // What comes after END_STREAM, such as RST_STREAM, takes nothing from the reply (RFC 9113 §8.1).
  #complete(): void {
    this.#end({ kind: 'complete', isSure: true, at: this.#endedAt ?? performance.now() })
  }

  #end(ending: Ending): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#plan.listener.end?.(ending)
  }

  #breaksLength(): boolean {
    return this.#length !== undefined && this.#framed !== this.#length
  }

  #whyCut(): Cut {
    if (this.#hasHead && this.#endedAt !== undefined && this.#breaksLength()) return this.#wrongLength()
    if (this.#length !== undefined && this.#framed > this.#length) return this.#wrongLength()
    const place = this.#hasHead ? `after ${this.#told} bytes of the body` : 'before the head of its reply'
    if (this.#reset) {
      const name = toErrorName(this.#reset.code)
      return { by: 'stream-reset', message: `The server reset the stream with ${name} ${place}` }
    }
    const ended = this.#plan.whyEnded()
    if (ended) return { by: ended.by, message: `${ended.message} ${place}` }
    if (this.#error)
      return {
        by: 'framing',
        message: `The server broke the rules of HTTP/2 ${place}: ${this.#error.message}`,
      }
    return { by: 'closed', message: `The stream was closed ${place}` }
  }

  // RFC 9113 §8.1.1: a reply whose DATA frames do not add up to its Content-Length is malformed.
  #wrongLength(): Cut {
    const by = 'framing'
    if (this.#isBodiless)
      return { by, message: `The reply has a body of ${this.#framed} bytes, and must have none` }
    const length = this.#length ?? 0
    const excess = this.#framed - length
    const start = `Content-Length says ${length} bytes, and`
    if (excess < 0) return { by, message: `${start} the stream ended after ${this.#framed}` }
    return { by, message: `${start} the body has ${this.#framed}`, excess }
  }
}

interface Cut extends ConnectionEnd {
  readonly excess?: number
}

type Fields = readonly (readonly [name: string, value: string])[]

const CANCEL = 8

function toHead(raw: readonly string[], method: string, at = performance.now()): ReplyHead {
  const status = Number(raw[raw.indexOf(':status') + 1])
  const isEmpty = method === 'HEAD' || isBodiless(status)
  const framing: Framing = { kind: isEmpty ? 'none' : 'stream' }
  return { version: '2.0', status, reason: '', fields: toFields(raw), framing, at }
}

/** The bytes that a body must have, where the head says. */
function toLength({ framing, fields }: ReplyHead): number | undefined {
  if (framing.kind === 'none') return 0
  const value = fields.find(([name]) => name === 'content-length')?.[1]
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}

function toFields(raw: readonly string[]): Fields {
  const fields: (readonly [string, string])[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    if (!name.startsWith(':')) fields.push([name, raw[at + 1] ?? ''])
  }
  return fields
}
