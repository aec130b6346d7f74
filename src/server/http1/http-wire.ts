// A request that node:http has parsed in this thread, and its `ServerResponse`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Bytes } from '../../body/block.ts'
import { LifecycleError } from '../../delivery/errors.ts'
import type { HttpVersion } from '../../delivery/framing.ts'
import type { Sink } from '../../delivery/sink.ts'
import type { Head, Live, PendingHead, ServedWire } from '../wire.ts'
import type { Connection } from './connection.ts'
import { endResponse, Http1Sink } from './http1-sink.ts'
import { NodeRequest, type NodeRequestOptions } from './node-request.ts'
import { resetSocket } from './reset-socket.ts'
import { sendPlain } from './send-plain.ts'

/** One request on an HTTP/1 connection. */
export class HttpWire implements ServedWire {
  readonly #nodeResponse: ServerResponse
  readonly #options: NodeRequestOptions
  readonly #connection: Connection | undefined
  #live: Live | undefined

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
    return new NodeRequest(this.#nodeResponse, this.#options)
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
    if (!stays || this.#isEnding) response.shouldKeepAlive = false
    // RFC 9112 §9.3: HTTP/1.0 stays when it is asked to, and the end of the body is told by a length.
    else if (response.req.httpVersion === '1.0') {
      const hasLength = framing.kind === 'length' || framing.kind === 'none'
      response.shouldKeepAlive = hasLength && asksToStay(response.req)
    }
    response.writeHead(status, reason, fields)
  }

  end(bytes: Uint8Array | undefined, ended: () => void): void {
    endResponse(this.#nodeResponse, bytes, ended)
  }

  sendPlain(body: string | Bytes, stays: boolean): void {
    if (!stays || this.#isEnding) this.#nodeResponse.shouldKeepAlive = false
    sendPlain(this.#nodeResponse, body)
  }

  toSink(head: PendingHead): Sink {
    return new Http1Sink(this.#nodeResponse, this.#socket, head)
  }

  destroy(): void {
    this.#nodeResponse.req.socket.destroy()
  }

  /** Breaks the connection off so that a body that is ended by closing does not look complete. */
  reset(): void {
    resetSocket(this.#nodeResponse.req.socket)
  }

  get #isEnding(): boolean {
    return this.#live !== undefined && this.#connection?.isEndingWith(this.#live) === true
  }

  get #socket(): Socket {
    const { socket } = this.#nodeResponse
    if (!socket)
      throw new LifecycleError('Cannot send a body: an earlier reply of the connection is being sent')
    return socket
  }
}

const noLimits: NodeRequestOptions = { maxRequestBytes: Infinity, delivery: 'block' }

function asksToStay({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*keep-alive\s*(?:,|$)/i.test(headers.connection ?? '')
}
