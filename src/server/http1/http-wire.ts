// A request that node:http has parsed in this thread, and its `ServerResponse`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Bytes } from '../../body/block.ts'
import { type ClientGone, LifecycleError } from '../../delivery/errors.ts'
import type { Framing, HttpVersion } from '../../delivery/framing.ts'
import type { Sink } from '../../delivery/sink.ts'
import { HttpError } from '../../reply/http-error.ts'
import { findField } from '../moments/find-field.ts'
import type { Head, Live, PendingHead, ServedWire } from '../wire.ts'
import type { Connection } from './connection.ts'
import { endResponse, Http1Sink } from './http1-sink.ts'
import { NodeRequest, type NodeRequestOptions } from './node-request.ts'
import { FramingError, isContinue } from './requests/read-head.ts'
import { RequestBody } from './requests/request-body.ts'
import { resetSocket } from './reset-socket.ts'
import { sendPlain } from './send-plain.ts'

// Bytes of a record of TLS, at most (RFC 8446 §5.1).
const RECORD = 16_384

/** One request on an HTTP/1 connection. */
export class HttpWire implements ServedWire {
  readonly #nodeResponse: ServerResponse
  readonly #options: NodeRequestOptions
  readonly #connection: Connection | undefined
  #live: Live | undefined
  #sink: Http1Sink | undefined

  constructor(nodeResponse: ServerResponse, options = noLimits, connection?: Connection) {
    this.#nodeResponse = nodeResponse
    this.#options = options
    this.#connection = connection
  }

  get method(): string {
    return this.#nodeResponse.req.method ?? 'GET'
  }

  get version(): HttpVersion {
    return this.#nodeResponse.req.httpVersion === '1.0' ? '1.0' : '1.1'
  }

  get target(): string | undefined {
    return this.#nodeResponse.req.url
  }

  get fields(): readonly string[] {
    return this.#nodeResponse.req.rawHeaders
  }

  get remoteAddress(): string | undefined {
    const { socket, rawHeaders } = this.#nodeResponse.req
    const { remoteAddress } = socket
    return this.#options.proxies?.read(remoteAddress, rawHeaders)?.address ?? remoteAddress
  }

  get takesTrailers(): boolean {
    return /\btrailers\b/i.test(String(this.#nodeResponse.req.headers['te']))
  }

  // A pipelined response gets the socket on its turn.
  get isNext(): boolean {
    return this.#nodeResponse.socket !== null
  }

  whenNext(callback: () => void): void {
    this.#nodeResponse.once('socket', callback)
  }

  readRequest(): NodeRequest {
    try {
      const request = new NodeRequest(this.#nodeResponse, this.#options, this)
      if (request.isLast) this.#refuse()
      return request
    } catch (error) {
      // Of a head with too many fields nobody knows what the rest of them say.
      const isUnknown = error instanceof HttpError && error.status === 431
      // Who waits to be told to go on may send its body now, or not.
      const waits = isContinue(this.#nodeResponse.req.headers.expect ?? '')
      if (isUnknown || waits || error instanceof FramingError) this.#refuse()
      else this.#takeRest()
      throw error
    }
  }

  open(live: Live): void {
    this.#live = live
    this.#connection?.add(live)
  }

  close(live: Live): void {
    this.#connection?.remove(live)
  }

  writeHead({ status, reason, fields, framing, stays }: Head): void {
    const response = this.#nodeResponse
    if (framing.kind === 'close') response.useChunkedEncodingByDefault = false
    // RFC 9112 §9.3: HTTP/1.0 stays when it is asked to, and the end of the body is told by a length.
    const mayStay =
      response.req.httpVersion !== '1.0' || (hasLength(framing, fields) && asksToStay(response.req))
    this.#decideEnd(stays && mayStay)
    response.writeHead(status, reason, fields)
  }

  end(bytes: Uint8Array | undefined, ended: () => void): void {
    endResponse(this.#nodeResponse, bytes, ended)
  }

  sendPlain(body: string | Bytes, stays: boolean): void {
    this.#decideEnd(stays)
    sendPlain(this.#nodeResponse, body)
  }

  // A response that waits for its turn has no socket, and holds all of itself. `writableFinished` is not asked: from
  // Node 24 on it is false until `finish`, a tick after the last byte has left. TLS has everything for a tick, whether its
  // client reads or not: what is no more than a record tells nothing.
  get isHeld(): boolean {
    const { writableEnded, writableLength, req } = this.#nodeResponse
    return !writableEnded || writableLength > (req.socket instanceof TLSSocket ? RECORD : 0)
  }

  whenSent(callback: () => void): void {
    const { socket } = this.#nodeResponse.req
    if (!this.isHeld && !socket.destroyed && !socket.errored) return callback()
    this.#nodeResponse.once('finish', () => {
      if (!socket.destroyed) callback()
    })
  }

  toSink(head: PendingHead): Sink {
    this.#sink = new Http1Sink(this.#nodeResponse, this.#socket, head)
    return this.#sink
  }

  // RFC 9110 §15.2: any client of HTTP/1.1 takes an interim reply, whether it has asked for one or not.
  ask(): boolean {
    const response = this.#nodeResponse
    if (response.headersSent) return this.#sink?.ask() ?? false
    if (this.version === '1.0' || !this.isNext) return false
    response.writeContinue()
    return true
  }

  destroy(): void {
    this.#nodeResponse.req.socket.destroy()
  }

  /** Breaks the connection off so that a body that is ended by closing does not look complete. */
  reset(): void {
    resetSocket(this.#nodeResponse.req.socket)
  }

  /** The body of the request cannot be waited for. Who is in the middle of its reply cannot be told any more. */
  giveUp(error: HttpError | ClientGone): void {
    if (error instanceof HttpError) return this.#live?.giveUp?.(error)
    this.reset()
    this.#live?.abort(error)
  }

  // Nothing that comes after this request is one.
  #refuse(): void {
    this.#nodeResponse.shouldKeepAlive = false
    if (this.#live) this.#connection?.refuse({ isLost: true })
  }

  // The end of a request is known that is refused, and there is nobody to read its body: that comes by the same rate as
  // any other.
  #takeRest(): void {
    const { maxRequestBytes: limit, bodies: guard } = this.#options
    void new RequestBody(this.#nodeResponse, { limit, guard, begin: () => {}, givenUp: () => {} })
  }

  // RFC 9112 §9.6: what is behind the reply that ends a connection must not be processed, as its client may send it again.
  // What was begun before that was known is answered: then the last reply ends it.
  #decideEnd(stays: boolean): void {
    const [response, connection, live] = [this.#nodeResponse, this.#connection, this.#live]
    if (!stays) response.shouldKeepAlive = false
    if (!connection || !live) return
    if (response.shouldKeepAlive && !connection.isEndingWith(live)) return
    connection.refuse()
    if (connection.isEndingWith(live)) response.shouldKeepAlive = false
    else if (!response.shouldKeepAlive) keepOpen(response)
  }

  get #socket(): Socket {
    const { socket } = this.#nodeResponse
    if (!socket)
      throw new LifecycleError('Cannot send a body: an earlier reply of the connection is being sent')
    return socket
  }
}

const noLimits: NodeRequestOptions = { maxRequestBytes: Infinity, delivery: 'block' }

function keepOpen(response: ServerResponse): void {
  response.shouldKeepAlive = true
  // node:http ends it where nobody was told to continue; but where there is a request behind it, the body has come.
  Object.assign(response, { _expect_continue: false })
}

function hasLength({ kind }: Framing, fields: readonly string[]): boolean {
  if (kind !== 'none') return kind === 'length'
  return findField(fields, 'content-length') !== undefined
}

function asksToStay({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*keep-alive\s*(?:,|$)/i.test(headers.connection ?? '')
}
