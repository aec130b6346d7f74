import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Transport } from '../../context/context.ts'
import { ClientGone } from '../../delivery/errors.ts'
import type { Delivery } from '../../delivery/pump.ts'
import { HttpError } from '../../reply/http-error.ts'
import { toHeaders } from '../to-headers.ts'
import type { RequestLimits, ServedRequest } from '../wire.ts'

export interface NodeRequestOptions extends RequestLimits {
  /** What the context says of the server's delivery. */
  readonly delivery: Delivery
}

/** The facts of a request that node:http has parsed. */
export class NodeRequest implements ServedRequest {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly #request: IncomingMessage
  readonly #nodeResponse: ServerResponse
  readonly #limits: NodeRequestOptions
  // What is there to tell a client that waits for `100 Continue`; undefined where none does.
  #awaited: { stays: boolean } | undefined
  #transport: Transport | undefined

  /** @throws HttpError 400 for a target or a `Host` that is malformed, 413 for a body that is announced too long. */
  constructor(nodeResponse: ServerResponse, limits: NodeRequestOptions) {
    const { req: request } = nodeResponse
    const { authority, target } = splitTarget(request)
    this.method = request.method ?? 'GET'
    this.target = target
    this.#request = request
    this.#nodeResponse = nodeResponse
    this.#limits = limits
    this.authority = authority
    // RFC 9110 §10.1.1: the expectation of an HTTP/1.0 client is ignored.
    if (request.headers.expect !== undefined && request.httpVersion !== '1.0') {
      // A client that was never told to continue may send its body or not: nothing after it could be read.
      this.#awaited = { stays: nodeResponse.shouldKeepAlive }
      nodeResponse.shouldKeepAlive = false
    }
    if (Number(request.headers['content-length']) > limits.maxRequestBytes)
      throw tooLarge(limits.maxRequestBytes)
  }

  get transport(): Transport {
    this.#transport ??= new SocketTransport(this.#request, this.#limits.delivery)
    return this.#transport
  }

  origin(): string {
    return `${this.transport.secure ? 'https' : 'http'}://${this.authority}`
  }

  headers(): Headers {
    return toHeaders(this.#request.rawHeaders)
  }

  /** Names and values in turn, as they were sent. */
  get fields(): readonly string[] {
    return this.#request.rawHeaders
  }

  get hasBody(): boolean {
    return this.method !== 'GET' && this.method !== 'HEAD' && hasBody(this.#request)
  }

  body(): ReadableStream<Uint8Array> | null {
    if (!this.hasBody) return null
    // node:http reads to the end what nobody has read, but not what somebody has read in part.
    this.#nodeResponse.once('finish', () => {
      // The listener of the iterator would keep it from flowing; one for data keeps it so, whenever Node looks again.
      this.#request.removeAllListeners('readable')
      this.#request.on('data', () => {})
      this.#request.resume()
    })
    return toWebBody(this.#request, this.#limits.maxRequestBytes, () => this.#continue())
  }

  earlyHints(links: readonly string[]): void {
    if (this.#request.httpVersion === '1.0' || this.#nodeResponse.headersSent) return
    this.#nodeResponse.writeEarlyHints({ link: [...links] })
  }

  #continue(): void {
    if (!this.#awaited || this.#nodeResponse.headersSent) return
    this.#nodeResponse.shouldKeepAlive = this.#awaited.stays
    this.#awaited = undefined
    this.#nodeResponse.writeContinue()
  }
}

class SocketTransport implements Transport {
  readonly asynchronous = true
  readonly delivery: Delivery
  readonly secure: boolean
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1'
  readonly #socket: Socket

  constructor(request: IncomingMessage, delivery: Delivery) {
    this.delivery = delivery
    this.protocol = request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1'
    this.#socket = request.socket
    this.secure = 'encrypted' in request.socket
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }
}

// RFC 9112 §3.2: a path, or a whole URL, as a proxy is sent it; `*` goes with OPTIONS.
function splitTarget(request: IncomingMessage): { authority: string; target: string } {
  const target = request.url ?? '/'
  const authority = request.headers.host ?? 'localhost'
  if (target.startsWith('/')) {
    if (!isAuthority(authority) || hasTwoHosts(request))
      throw new HttpError(400, 'Cannot use the Host of the request: it is malformed')
    return { authority, target }
  }
  if (target === '*' && request.method === 'OPTIONS') return { authority, target }
  const url = URL.parse(target)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new HttpError(400, 'Cannot use the target of the request: give a path or an http URL')
  }
  return { authority: url.host, target: url.pathname + url.search }
}

// RFC 9112 §3.2: two hosts are none.
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}

let lastAuthority: string | undefined

function isAuthority(text: string): boolean {
  if (text === lastAuthority) return true
  if (!hasAuthoritySyntax(text)) return false
  lastAuthority = text
  return true
}

function hasAuthoritySyntax(text: string): boolean {
  const isShaped = /^(?:[\w.!$&'()*+,;=~%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i.test(text)
  return isShaped && URL.canParse(`http://${text}`)
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

// `begin` is called once, when the body is first read: it tells a client that waits for `100 Continue` to send it.
function toWebBody(request: IncomingMessage, limit: number, begin: () => void): ReadableStream<Uint8Array> {
  // The iterator must leave the request alone when it is given up: destroying it would take the reply along.
  const pieces: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false })
  let bytes = 0
  let isBegun = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isBegun) begin()
        isBegun = true
        const step = await pieces.next().catch(toClientGone)
        if (step.done) return controller.close()
        bytes += step.value.byteLength
        if (bytes > limit) throw tooLarge(limit)
        controller.enqueue(step.value)
      },
    },
    { highWaterMark: 0 },
  )
}

function toClientGone(cause: unknown): never {
  throw new ClientGone('Cannot read the request body: the client has left', { cause })
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `Cannot take a request body of more than ${limit} bytes`)
}
