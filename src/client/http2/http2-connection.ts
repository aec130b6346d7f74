import type { ClientHttp2Session } from 'node:http2'
import type { Connection, ConnectionTimes, Exchange, OutgoingRequest, ReplyListener } from '../connection.ts'
import { checkRequest } from '../http1/format-request.ts'
import type { OpenSocket } from '../socket/open-socket.ts'
import type { Reading } from '../socket/reading-clock.ts'
import { frameTypes, type WatchedFrame } from './frame-watcher.ts'
import { Http2Exchange, type ConnectionEnd } from './http2-exchange.ts'
import { toErrorName } from './to-error-name.ts'
import { toHttp2Fields } from './to-http2-fields.ts'

/** A connection of HTTP/2: a stream for each request. */
export class Http2Connection implements Connection {
  readonly protocol = 'HTTP/2'
  readonly isSecure: boolean
  readonly times: ConnectionTimes
  readonly session: ClientHttp2Session
  readonly #opened: OpenSocket
  readonly #streams = new Map<number, Http2Exchange>()
  readonly #exchanges = new Set<Http2Exchange>()
  #reading: Reading = { number: 0, at: 0 }
  #ended: ConnectionEnd | undefined

  constructor(opened: OpenSocket, session: ClientHttp2Session) {
    this.isSecure = opened.times.secured !== undefined
    this.times = opened.times
    this.#opened = opened
    this.session = session
    opened.socket.on('error', (error) => this.#takeError(error))
    session.on('error', (error) =>
      this.#end({ by: 'framing', message: `The rules of HTTP/2 were broken (${error.message})` }),
    )
    session.on('close', () => this.#settle())
  }

  /** A frame was read from the socket. */
  watch(frame: WatchedFrame): void {
    this.#reading = frame.reading
    if (frame.type === frameTypes.goAway) this.#takeGoAway(frame)
    else this.#streams.get(frame.stream)?.watch(frame)
  }

  /** The server has ended the connection. */
  finish(): void {
    this.#end({ by: 'closed', message: 'The server closed the connection' })
  }

  send(request: OutgoingRequest, listener: ReplyListener): Exchange {
    const fields = toHttp2Fields(checkRequest(request), this.isSecure ? 'https' : 'http')
    if (this.session.closed || this.session.destroyed) return this.#refuse(listener)
    const stream = this.session.request(fields, { endStream: request.body === undefined })
    const exchange = new Http2Exchange(stream, {
      method: request.method,
      listener,
      reading: () => this.#reading,
      whyEnded: () => this.#ended,
    })
    this.#exchanges.add(exchange)
    // It has no number while the server allows no more streams at a time.
    const note = (): unknown => this.#streams.set(stream.id ?? 0, exchange)
    if (stream.id === undefined) stream.once('ready', note)
    else note()
    stream.once('close', () => {
      this.#exchanges.delete(exchange)
      this.#streams.delete(stream.id ?? 0)
    })
    if (request.body) stream.end(request.body)
    return exchange
  }

  close(): void {
    for (const exchange of this.#exchanges) exchange.leave()
    this.#end({ by: 'closed', message: 'This side has closed the connection' })
    this.session.destroy()
    this.#opened.socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  // The caller holds the exchange before it hears of its end.
  #refuse(listener: ReplyListener): Exchange {
    const { by, message } = this.#ended ?? { by: 'closed', message: 'The connection has ended' }
    let isOver = false
    const end = (tell: () => void): void => {
      if (!isOver) tell()
      isOver = true
    }
    queueMicrotask(() => end(() => listener.end?.({ kind: 'cut', by, message, at: performance.now() })))
    const leave = (): void => end(() => listener.end?.({ kind: 'left', at: performance.now() }))
    return { pause: () => {}, resume: () => {}, leave }
  }

  #takeGoAway({ payload }: WatchedFrame): void {
    const code = payload.readUInt32BE(4)
    const text = payload.toString('latin1', 8)
    const message = `The server sent GOAWAY with ${toErrorName(code)}${text && `, ${JSON.stringify(text)},`}`
    this.#end({ by: 'stream-reset', message })
  }

  #takeError(error: Error): void {
    const isReset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
    if (isReset) this.#end({ by: 'reset', message: 'The connection was reset' })
    else this.#end({ by: 'closed', message: `The connection failed (${error.message})` })
  }

  /** The first reason is the one: what follows comes of it. */
  #end(ended: ConnectionEnd): void {
    this.#ended ??= ended
  }

  #settle(): void {
    for (const exchange of this.#exchanges) exchange.settle()
  }
}
