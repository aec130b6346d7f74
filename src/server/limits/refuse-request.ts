import { STATUS_CODES } from 'node:http'
import type { Live, Wire } from '../wire.ts'

/** Answers a request that is not dispatched, and ends its connection. `fields`: names and values in turn. */
export function refuseRequest(wire: Wire, status: number, fields: readonly string[] = []): void {
  new Refusal(wire).send(status, fields)
}

// Live until it has left, as any other reply: it waits for its turn on the connection.
class Refusal implements Live {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  send(status: number, more: readonly string[]): void {
    const wire = this.#wire
    wire.open(this)
    sendStatus(wire, { status, fields: more, ended: () => wire.close(this) })
  }

  abort(): void {
    this.#wire.close(this)
  }
}

/** Sends a reply that says its status and no more, and ends the connection. `fields`: names and values in turn. */
export function sendStatus(
  wire: Wire,
  plan: { status: number; fields?: readonly string[]; ended?: () => void },
): void {
  const { status, fields: more = [], ended = () => {} } = plan
  const reason = STATUS_CODES[status] ?? ''
  const text = Buffer.from(`${status} ${reason}\n`)
  const fields = ['content-type', 'text/plain;charset=UTF-8', 'content-length', String(text.length), ...more]
  const isHead = wire.method === 'HEAD'
  const framing = isHead ? ({ kind: 'none' } as const) : ({ kind: 'length', bytes: text.length } as const)
  wire.writeHead({ status, reason, fields, framing, stays: false })
  wire.end(isHead ? undefined : text, ended)
}
