import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Transport } from '../../context/context.ts'
import type { Delivery } from '../../delivery/pump-plan.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { BodyGuard } from '../limits/body-guard.ts'
import { checkHead } from '../limits/check-head.ts'
import type { Limits } from '../limits/limits.ts'
import type { Forwarded, ProxyTrust } from '../limits/proxies/proxy-trust.ts'
import { toHeaders } from '../to-headers.ts'
import { isAuthority } from './requests/is-authority.ts'
import { readHead } from './requests/read-head.ts'
import { RequestBody, type Answering, tooLarge } from './requests/request-body.ts'
import type { RequestLimits, ServedRequest } from '../wire.ts'

export interface NodeRequestOptions extends RequestLimits {
  /** What the context says of the server's delivery. */
  readonly delivery: Delivery
  /** The proxies that are believed; undefined for none. */
  readonly proxies?: ProxyTrust | undefined
  /** What a head may have; undefined for anything. */
  readonly limits?: Limits | undefined
  /** Gives up bodies that are too slow; undefined for nobody. */
  readonly bodies?: BodyGuard | undefined
}

/** The facts of a request that node:http has parsed. */
export class NodeRequest implements ServedRequest {
  readonly method: string
  readonly target: string
  readonly authority: string
  /** See {@link RequestHead.isLast}. */
  readonly isLast: boolean
  readonly hasBody: boolean
  readonly #request: IncomingMessage
  readonly #nodeResponse: ServerResponse
  readonly #limits: NodeRequestOptions
  // What is there to tell a client that waits for `100 Continue`; undefined where none does.
  #awaited: { stays: boolean } | undefined
  #transport: Transport | undefined
  readonly #forwarded: Forwarded | undefined
  readonly #body: RequestBody | undefined

  /**
   * `answering` is told when the body is too slow.
   * @throws HttpError 400 for a target, a `Host` or a forwarded host that is malformed, 413 for a body that is announced
   * too long, 414 for a target that is, 431 for too many fields.
   */
  constructor(nodeResponse: ServerResponse, limits: NodeRequestOptions, answering?: Answering) {
    const { req: request } = nodeResponse
    if (limits.limits) checkHead(request.url ?? '', request.rawHeaders, limits.limits)
    const head = readHead(request)
    this.method = request.method ?? 'GET'
    this.target = head.target
    this.#request = request
    this.#nodeResponse = nodeResponse
    this.#limits = limits
    this.#forwarded = limits.proxies?.read(request.socket.remoteAddress, request.rawHeaders)
    this.authority = toAuthority(this.#forwarded) ?? head.authority
    this.isLast = head.isLast
    this.hasBody = this.method !== 'GET' && this.method !== 'HEAD' && head.hasBody
    this.#body = head.hasBody ? this.#toBody(answering) : undefined
    if (head.expects) {
      // A client that was never told to continue may send its body or not: nothing after it could be read.
      this.#awaited = { stays: nodeResponse.shouldKeepAlive }
      nodeResponse.shouldKeepAlive = false
    }
    if (head.length !== undefined && head.length > limits.maxRequestBytes)
      throw tooLarge(limits.maxRequestBytes)
  }

  get transport(): Transport {
    this.#transport ??= new SocketTransport(this.#request, this.#limits.delivery, this.#forwarded)
    return this.#transport
  }

  origin(): string {
    return `${this.transport.secure ? 'https' : 'http'}://${this.authority}`
  }

  field(name: string): string | undefined {
    const value = this.#request.headers[name]
    return typeof value === 'string' ? value : value?.[0]
  }

  headers(): Headers {
    return toHeaders(this.#request.rawHeaders)
  }

  /** Names and values in turn, as they were sent. */
  get fields(): readonly string[] {
    return this.#request.rawHeaders
  }

  body(): ReadableStream<Uint8Array> | null {
    return this.hasBody && this.#body ? this.#body.open() : null
  }

  earlyHints(links: readonly string[]): void {
    if (this.#request.httpVersion === '1.0') return
    this.#interim(() => this.#nodeResponse.writeEarlyHints({ link: [...links] }))
  }

  #toBody(answering: Answering | undefined): RequestBody {
    return new RequestBody(this.#nodeResponse, {
      limit: this.#limits.maxRequestBytes,
      guard: this.#limits.bodies,
      begin: () => this.#continue(),
      givenUp: (error) => answering?.giveUp(error),
    })
  }

  #continue(): void {
    if (!this.#awaited) return
    const { stays } = this.#awaited
    this.#awaited = undefined
    this.#interim(() => {
      this.#nodeResponse.shouldKeepAlive = stays
      this.#nodeResponse.writeContinue()
    })
  }

  // Not before its turn: node:http would put it between the head and the body of a pipelined reply.
  #interim(write: () => void): void {
    const response = this.#nodeResponse
    const attempt = () => {
      if (!response.headersSent) write()
    }
    if (response.socket) attempt()
    else response.once('socket', attempt)
  }
}

class SocketTransport implements Transport {
  readonly asynchronous = true
  readonly delivery: Delivery
  readonly secure: boolean
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1'
  readonly #socket: Socket
  readonly #forwarded: Forwarded | undefined

  constructor(request: IncomingMessage, delivery: Delivery, forwarded: Forwarded | undefined) {
    this.delivery = delivery
    this.protocol = request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1'
    this.#socket = request.socket
    this.secure = forwarded?.secure ?? 'encrypted' in request.socket
    this.#forwarded = forwarded
  }

  get remoteAddress(): string | undefined {
    return this.#forwarded ? this.#forwarded.address : this.#socket.remoteAddress
  }

  // Of a client behind a proxy the port is known where the proxy tells it.
  get remotePort(): number | undefined {
    return this.#forwarded ? this.#forwarded.port : this.#socket.remotePort
  }

  get peerAddress(): string | undefined {
    return this.#socket.remoteAddress
  }
}

// It stands in the place of the Host, and is checked like it.
function toAuthority(forwarded: Forwarded | undefined): string | undefined {
  const host = forwarded?.host
  if (host !== undefined && !isAuthority(host))
    throw new HttpError(400, 'Cannot use the forwarded host of the request: it is malformed')
  return host
}
