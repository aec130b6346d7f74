import {
  constants,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
} from 'node:http2'
import type { Socket } from 'node:net'
import { type Bytes, toUint8Array } from '../../body/block.ts'
import { ClientGone } from '../../delivery/errors.ts'
import type { Sink } from '../../delivery/sink.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { RateGuard } from '../guard/rate-guard.ts'
import type { Head, Live, PendingHead, ServedWire } from '../wire.ts'
import { Http2Outlet } from './http2-outlet.ts'
import { Http2Request, type Http2RequestPlan } from './requests/http2-request.ts'
import { Http2Sink } from './http2-sink.ts'
import { toHttp2Headers } from './to-http2-headers.ts'

/** The connection of a wire, and the replies that are being made on it. */
export interface Http2Lives {
  /** False when it was broken off. */
  readonly isAlive: boolean
  add(live: Live): void
  remove(live: Live): void
}

export interface Http2WirePlan extends Http2RequestPlan {
  readonly session: Http2Lives
  readonly guard: RateGuard | undefined
}

/** One request on a stream of HTTP/2, and the reply to it. */
export class Http2Wire implements ServedWire {
  readonly version = '2.0'
  // Streams do not wait for each other.
  readonly isNext = true
  readonly #plan: Http2WirePlan
  readonly #stream: ServerHttp2Stream
  readonly #socket: Socket
  readonly #outlet: Http2Outlet
  #live: Live | undefined
  #isWatched = false
  #isEnded = false
  #onEnded: (() => void) | undefined

  constructor(plan: Http2WirePlan) {
    const { stream, socket, session, guard } = plan
    this.#plan = plan
    this.#stream = stream
    this.#socket = socket
    this.#outlet = new Http2Outlet({
      stream,
      socket,
      isAlive: () => session.isAlive,
      gone: () => this.#live?.abort(new ClientGone()),
    })
    // What breaks a stream off is told by its `close`; an error without a listener would end the process.
    stream.on('error', () => {})
    stream.on('close', () => {
      if (this.#isWatched) guard?.forget(this.#outlet)
    })
  }

  get method(): string {
    return this.#field(':method') ?? ''
  }

  get target(): string | undefined {
    return this.#field(':path')
  }

  get fields(): readonly string[] {
    return this.#plan.rawHeaders
  }

  get remoteAddress(): string | undefined {
    const { limits, rawHeaders } = this.#plan
    const { remoteAddress } = this.#socket
    return limits.proxies?.read(remoteAddress, rawHeaders)?.address ?? remoteAddress
  }

  get takesTrailers(): boolean {
    return /\btrailers\b/i.test(this.#field('te') ?? '')
  }

  whenNext(): void {}

  readRequest(): Http2Request {
    return new Http2Request(this.#plan, this)
  }

  open(live: Live): void {
    this.#live = live
    this.#plan.session.add(live)
  }

  close(live: Live): void {
    this.#live = undefined
    this.#plan.session.remove(live)
  }

  // The reason of a status is not sent, and the session goes on whatever becomes of one stream.
  writeHead({ status, fields, framing }: Head): void {
    const headers = toHttp2Headers(fields)
    const isBodiless = framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)
    headers[':status'] = status
    // A head alone has no trailers after it.
    const waitForTrailers = !isBodiless && this.takesTrailers
    this.#respond(headers, { endStream: isBodiless, waitForTrailers })
  }

  end(bytes: Uint8Array | undefined, ended: () => void): void {
    this.#watch()
    this.#outlet.end(bytes ? [bytes] : [], ended)
  }

  sendPlain(body: string | Bytes): void {
    const isText = typeof body === 'string'
    const bytes = isText ? Buffer.from(body) : toUint8Array(body)
    const type = isText ? 'text/plain;charset=UTF-8' : 'application/octet-stream'
    const isEmpty = bytes.byteLength === 0
    this.#respond(
      { ':status': 200, 'content-type': type, 'content-length': String(bytes.byteLength) },
      { endStream: isEmpty },
    )
    this.end(bytes, () => this.#onSent())
  }

  get isHeld(): boolean {
    return this.#outlet.held
  }

  whenSent(callback: () => void): void {
    if (this.#isEnded) callback()
    else this.#onEnded = callback
  }

  toSink(head: PendingHead): Sink {
    this.#watch()
    return new Http2Sink({ head, outlet: this.#outlet, trail: (fields) => this.#trail(fields) })
  }

  /** Breaks this reply off; the others of the connection go on. */
  destroy(): void {
    this.#outlet.abort(new Error('Cannot finish the reply: it was broken off'), { isUrgent: true })
  }

  reset(): void {
    this.destroy()
  }

  // A client that has just left is about to be told of.
  #respond(headers: OutgoingHttpHeaders, options: ServerStreamResponseOptions): void {
    if (!this.#stream.destroyed && !this.#stream.closed) this.#stream.respond(headers, options)
  }

  /** The body of the request cannot be waited for. Who is in the middle of its reply cannot be told any more. */
  giveUp(error: HttpError | ClientGone): void {
    const live = this.#live
    if (error instanceof HttpError) return live?.giveUp?.(error)
    this.destroy()
    live?.abort(error)
  }

  #onSent(): void {
    this.#isEnded = true
    this.#onEnded?.()
  }

  // node:http2 asks for them when the last byte has gone; only where they were announced to it.
  #trail(fields: readonly string[]): void {
    const headers = toHttp2Headers(fields)
    this.#stream.on('wantTrailers', () => this.#stream.sendTrailers(headers))
  }

  // G13: each reply by itself. One that is too slow is cut without harm to the others.
  #watch(): void {
    const { guard } = this.#plan
    if (this.#isWatched || !guard) return
    this.#isWatched = true
    guard.watch(this.#outlet, { abort: (reason) => this.#live?.abort(reason) })
  }

  #field(name: string): string | undefined {
    const { rawHeaders } = this.#plan
    for (let index = 0; index + 1 < rawHeaders.length; index += 2)
      if (rawHeaders[index] === name) return rawHeaders[index + 1]
    return undefined
  }
}

/** Whether a request ends with its head. */
export function endsWithHead(flags: number): boolean {
  return (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
}
