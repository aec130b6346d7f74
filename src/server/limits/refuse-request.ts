import { STATUS_CODES } from 'node:http'
import { type ClientGone, type ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import { HttpError } from '../../reply/http-error.ts'
import type { RefusalEnding, RefusedRequest } from '../moments/tell-refused.ts'
import type { Live, ServedWire, Wire } from '../wire.ts'

export interface RefusalPlan {
  readonly status: number
  /** Names and values in turn. */
  readonly fields?: readonly string[]
  /** Told of it once, when the answer is over. */
  readonly refused?: ((request: RefusedRequest) => void) | undefined
}

/**
 * Answers a request that is not dispatched, and ends its connection. One that cannot be read is told so in place of
 * anything else: nothing behind it is read.
 */
export function refuseRequest(wire: ServedWire, plan: RefusalPlan): void {
  new Refusal(wire, plan).send()
}

// Live until it has left, as any other reply: it waits for its turn on the connection.
class Refusal implements Live {
  readonly #wire: ServedWire
  readonly #plan: RefusalPlan
  // Taken at once: a connection that is gone does not say whose it was.
  readonly #remoteAddress: string | undefined
  #status: number
  #isOver = false

  constructor(wire: ServedWire, plan: RefusalPlan) {
    this.#wire = wire
    this.#plan = plan
    this.#status = plan.status
    this.#remoteAddress = wire.remoteAddress
  }

  send(): void {
    this.#wire.open(this)
    const fault = findFault(this.#wire)
    this.#status = fault ?? this.#status
    const fields = fault === undefined ? this.#plan.fields : []
    sendStatus(this.#wire, { status: this.#status, fields, ended: () => this.#end('complete') })
  }

  abort(reason: ClientGone | ShuttingDown): void {
    if (reason instanceof TooSlow) this.#end('too-slow')
    else this.#end(reason.code === 'CLIENT_GONE' ? 'client-gone' : 'shutdown')
  }

  #end(ending: RefusalEnding): void {
    const wire = this.#wire
    wire.close(this)
    if (this.#isOver) return
    this.#isOver = true
    const { method, target = '', version, fields } = wire
    const status = this.#status
    const bytes = method === 'HEAD' ? 0 : toText(status).length
    const remoteAddress = this.#remoteAddress
    this.#plan.refused?.({ method, target, version, remoteAddress, fields, status, bytes, ending })
  }
}

/** Reads a request that is not dispatched; the status of what is wrong with it, if anything is. */
export function findFault(wire: ServedWire): number | undefined {
  try {
    wire.readRequest()
    return undefined
  } catch (error) {
    if (error instanceof HttpError) return error.status
    throw error
  }
}

/** Sends a reply that says its status and no more, and ends the connection. `fields`: names and values in turn. */
export function sendStatus(
  wire: Wire,
  plan: { status: number; fields?: readonly string[] | undefined; ended?: () => void },
): void {
  const { status, fields: more = [], ended = () => {} } = plan
  const text = Buffer.from(toText(status))
  const fields = ['content-type', 'text/plain;charset=UTF-8', 'content-length', String(text.length), ...more]
  const isHead = wire.method === 'HEAD'
  const framing = isHead ? ({ kind: 'none' } as const) : ({ kind: 'length', bytes: text.length } as const)
  wire.writeHead({ status, reason: toReason(status), fields, framing, stays: false })
  wire.end(isHead ? undefined : text, ended)
}

function toReason(status: number): string {
  return STATUS_CODES[status] ?? ''
}

// ASCII.
function toText(status: number): string {
  return `${status} ${toReason(status)}\n`
}
