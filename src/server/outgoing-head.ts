import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { ContractError } from '../delivery/errors.ts'
import { decideFraming, type Framing, isBodiless } from '../delivery/framing.ts'
import type { FirstBlock } from '../delivery/sink.ts'
import { isHopByHop, parseContentLength, toFields } from '../reply/head.ts'
import { Reply } from '../reply/reply.ts'

/** The head of one reply, from the moment it is decided until it is written. */
export class OutgoingHead {
  readonly #reply: Response
  readonly #response: ServerResponse
  readonly #mayStay: () => boolean
  #fields: string[] = []

  /** `mayStay`: whether the connection may be used for another request, asked when the head is written. */
  constructor(reply: Response, response: ServerResponse, mayStay: () => boolean = () => true) {
    this.#reply = reply
    this.#response = response
    this.#mayStay = mayStay
  }

  /**
   * Decides the framing; `length` is that of the whole body, where it is known.
   * @throws ContractError for a head that cannot be sent.
   */
  frame(first: FirstBlock, length = first.content === 'empty' ? 0 : undefined): Framing {
    const { headers, status } = this.#reply
    if (status < 200)
      throw new RangeError(`Cannot send a response of status ${status}: Response.error() has no head`)
    this.#fields = this.#reply instanceof Reply ? toFields(headers) : foreignFields(headers)
    const announced = parseContentLength(headers)
    const framing = decideFraming({
      version: this.#response.req.httpVersion === '1.0' ? '1.0' : '1.1',
      method: this.#response.req.method ?? 'GET',
      status,
      length: announced ?? length,
    })
    this.#addDefaults(first, headers)
    this.#addLength(announced, length)
    return framing
  }

  /**
   * Writes it; from here on a change to the reply's head throws (G3).
   * @throws TypeError for a field that node:http refuses; nothing was written then.
   */
  write(framing: Framing): void {
    const response = this.#response
    const { status, statusText } = this.#reply
    if (framing.kind === 'chunked') this.#fields.push('transfer-encoding', 'chunked')
    if (framing.kind === 'close') response.useChunkedEncodingByDefault = false
    this.#decideStay(framing)
    // Always a reason: node:http would take that of a head which it has refused before.
    response.writeHead(status, statusText || (STATUS_CODES[status] ?? ''), this.#fields)
    if (this.#reply instanceof Reply) this.#reply.commit()
  }

  #decideStay({ kind }: Framing): void {
    const response = this.#response
    if (!this.#mayStay()) response.shouldKeepAlive = false
    // RFC 9112 §9.3: HTTP/1.0 stays when it is asked to, and the end of the body is told by a length.
    else if (response.req.httpVersion === '1.0') {
      response.shouldKeepAlive = (kind === 'length' || kind === 'none') && asksToStay(response.req)
    }
  }

  #addLength(announced: number | undefined, length: number | undefined): void {
    const { status } = this.#reply
    if (announced !== undefined && length !== undefined && announced !== length && !isBodiless(status)) {
      throw new ContractError('G6', `Cannot send a body of ${length} bytes: Content-Length is ${announced}`)
    }
    if (announced === undefined && length !== undefined && !isBodiless(status)) {
      this.#fields.push('content-length', String(length))
    }
  }

  // Without a type, or with text/plain alone, a browser holds a body back until it has seen enough to guess.
  #addDefaults(first: FirstBlock, headers: Headers): void {
    const isStreamed = this.#reply instanceof Reply && this.#reply.streaming
    if (isStreamed && !headers.has('x-accel-buffering')) this.#fields.push('x-accel-buffering', 'no')
    if (headers.has('content-type') || isBodiless(this.#reply.status)) return
    if (first.content === 'text') this.#fields.push('content-type', 'text/plain;charset=UTF-8')
    else if (first.content === 'bytes') this.#fields.push('content-type', 'application/octet-stream')
    if (isStreamed && !headers.has('x-content-type-options'))
      this.#fields.push('x-content-type-options', 'nosniff')
  }
}

// An application for another host may set what was that host's affair, `Transfer-Encoding` above all: left out.
function foreignFields(headers: Headers): string[] {
  const fields: string[] = []
  headers.forEach((value, name) => {
    if (!isHopByHop(name)) fields.push(name, value)
  })
  return fields
}

function asksToStay({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*keep-alive\s*(?:,|$)/i.test(headers.connection ?? '')
}
