import { STATUS_CODES } from 'node:http'
import { ContractError } from '../delivery/errors.ts'
import { decideFraming, type Framing, isBodiless } from '../delivery/framing.ts'
import type { FirstBlock } from '../delivery/sink.ts'
import { isHopByHop, parseContentLength, toFields } from '../reply/head.ts'
import { Reply } from '../reply/reply.ts'
import type { PendingHead, Wire } from './wire.ts'

/** Told of a head that was written, with its `Content-Encoding`. */
export type Written = (status: number, encoding: string | undefined) => void

/** The head of one reply, from the moment it is decided until it is written. */
export class OutgoingHead implements PendingHead {
  readonly #reply: Response
  readonly #wire: Wire
  readonly #mayStay: () => boolean
  readonly #written: Written | undefined
  #fields: string[] = []

  /**
   * `mayStay`: whether the connection may be used for another request, asked when the head is written; `written` is told
   * when it is.
   */
  constructor(
    reply: Response,
    wire: Wire,
    { mayStay = () => true, written }: { mayStay?: () => boolean; written?: Written } = {},
  ) {
    this.#reply = reply
    this.#wire = wire
    this.#mayStay = mayStay
    this.#written = written
    if (reply instanceof Reply) reply.claim()
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
      version: this.#wire.version,
      method: this.#wire.method,
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
    const { status, statusText } = this.#reply
    if (framing.kind === 'chunked') this.#fields.push('transfer-encoding', 'chunked')
    // Always a reason: node:http would take that of a head which it has refused before.
    const reason = statusText || (STATUS_CODES[status] ?? '')
    this.#wire.writeHead({ status, reason, fields: this.#fields, framing, stays: this.#mayStay() })
    this.#written?.(status, encodingOf(this.#fields))
    if (this.#reply instanceof Reply) this.#reply.commit()
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

function encodingOf(fields: readonly string[]): string | undefined {
  for (let at = 0; at < fields.length; at += 2) if (fields[at] === 'content-encoding') return fields[at + 1]
  return undefined
}

// An application for another host may set what was that host's affair, `Transfer-Encoding` above all: left out.
function foreignFields(headers: Headers): string[] {
  const fields: string[] = []
  headers.forEach((value, name) => {
    if (!isHopByHop(name)) fields.push(name, value)
  })
  return fields
}
