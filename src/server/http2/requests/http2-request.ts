import { validateHeaderValue } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Transport } from '../../../context/context.ts'
import { HttpError } from '../../../reply/http-error.ts'
import type { NodeRequestOptions } from '../../http1/node-request.ts'
import { isAuthority } from '../../http1/requests/is-authority.ts'
import { type Answering, tooLarge } from '../../http1/requests/request-body.ts'
import { checkHead, checkHeadBytes } from '../../limits/check-head.ts'
import type { Forwarded } from '../../limits/proxies/proxy-trust.ts'
import { toHeaders } from '../../to-headers.ts'
import type { ServedRequest } from '../../wire.ts'
import { Http2Body } from './http2-body.ts'
import { type Http2Head, readHttp2Head } from './read-http2-head.ts'

/** A request as node:http2 gives it. */
export interface Http2RequestPlan {
  readonly stream: ServerHttp2Stream
  readonly socket: Socket
  /** Names and values in turn, those that begin with a colon first. */
  readonly rawHeaders: readonly string[]
  /** True when nothing follows the head. */
  readonly isBodiless: boolean
  readonly limits: NodeRequestOptions
}

/** The facts of a request on a stream of HTTP/2. */
export class Http2Request implements ServedRequest {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly fields: readonly string[]
  readonly #plan: Http2RequestPlan
  readonly #head: Http2Head
  readonly #forwarded: Forwarded | undefined
  readonly #answering: Answering | undefined
  #transport: Transport | undefined

  /**
   * `answering` is told when the body is too slow.
   * @throws HttpError 400 for a path or an authority that is malformed, 413 for a body that is announced too long, 414
   * for a path that is, 431 for too many fields or bytes, 501 for CONNECT.
   */
  constructor(plan: Http2RequestPlan, answering?: Answering) {
    const head = readHttp2Head(plan.rawHeaders)
    const { socket, limits } = plan
    if (limits.limits) {
      checkHead(head.target, head.fields, limits.limits)
      // node:http2 does so when the client has answered the settings, and resets the stream then.
      checkHeadBytes(head.target, head.fields, limits.limits)
    }
    this.#answering = answering
    this.#plan = plan
    this.#head = head
    this.method = head.method
    this.target = head.target
    this.fields = head.fields
    this.#forwarded = limits.proxies?.read(socket.remoteAddress, head.fields)
    this.authority = toAuthority(this.#forwarded) ?? head.authority
    if (head.length !== undefined && head.length > limits.maxRequestBytes)
      throw tooLarge(limits.maxRequestBytes)
  }

  get transport(): Transport {
    this.#transport ??= new Http2Transport(this.#plan, this.#forwarded)
    return this.#transport
  }

  origin(): string {
    return `${this.transport.secure ? 'https' : 'http'}://${this.authority}`
  }

  field(name: string): string | undefined {
    const { fields } = this
    for (let index = 0; index + 1 < fields.length; index += 2)
      if (fields[index] === name) return fields[index + 1]
    return undefined
  }

  headers(): Headers {
    return toHeaders(this.fields)
  }

  get hasBody(): boolean {
    return this.method !== 'GET' && this.method !== 'HEAD' && !this.#plan.isBodiless
  }

  body(): ReadableStream<Uint8Array> | null {
    if (!this.hasBody) return null
    const { stream, limits } = this.#plan
    return new Http2Body(stream, {
      limit: limits.maxRequestBytes,
      guard: limits.bodies,
      begin: () => this.#continue(),
      givenUp: (error) => this.#answering?.giveUp(error),
    }).open()
  }

  earlyHints(links: readonly string[]): void {
    const { stream } = this.#plan
    // node:http2 would send a line break.
    for (const link of links) validateHeaderValue('link', link)
    if (stream.headersSent || stream.closed || stream.destroyed) return
    stream.additionalHeaders({ ':status': 103, link: [...links] })
  }

  #continue(): void {
    const { stream } = this.#plan
    if (!this.#head.expects || stream.headersSent || stream.closed || stream.destroyed) return
    stream.additionalHeaders({ ':status': 100 })
  }
}

class Http2Transport implements Transport {
  readonly asynchronous = true
  readonly protocol = 'HTTP/2.0'
  readonly delivery: Transport['delivery']
  readonly secure: boolean
  readonly #socket: Socket
  readonly #forwarded: Forwarded | undefined

  constructor({ socket, limits }: Http2RequestPlan, forwarded: Forwarded | undefined) {
    this.delivery = limits.delivery
    this.secure = forwarded?.secure ?? 'encrypted' in socket
    this.#socket = socket
    this.#forwarded = forwarded
  }

  get remoteAddress(): string | undefined {
    return this.#forwarded ? this.#forwarded.address : this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#forwarded ? this.#forwarded.port : this.#socket.remotePort
  }

  get peerAddress(): string | undefined {
    return this.#socket.remoteAddress
  }
}

// It stands in the place of the authority, and is checked like it.
function toAuthority(forwarded: Forwarded | undefined): string | undefined {
  const host = forwarded?.host
  if (host !== undefined && !isAuthority(host))
    throw new HttpError(400, 'Cannot use the forwarded host of the request: it is malformed')
  return host
}
