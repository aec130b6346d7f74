import { describeValue } from '../body/block.ts'

/** The guarantees of docs/contract.md that an application can break. */
export type Guarantee = `G${number}`

/** The application broke a rule of the contract; `code` is the number of the guarantee. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
  readonly code: Guarantee

  constructor(code: Guarantee, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** A step that the lifecycle of a reply does not have: a fault of millrace or of an adapter. */
export class LifecycleError extends Error {
  override readonly name = 'LifecycleError'
  readonly code = 'ILLEGAL_STEP'
}

/** The client has left. Not an error of anybody, and never logged as one. */
export class ClientGone extends Error {
  override readonly name: string = 'ClientGone'
  readonly code = 'CLIENT_GONE'

  constructor(message = 'The client has left', options?: ErrorOptions) {
    super(message, options)
  }
}

/** The client has taken less of its reply than the server's minimum rate, and was cut off. */
export class TooSlow extends ClientGone {
  override readonly name = 'TooSlow'

  constructor(message = 'The client has read too slowly', options?: ErrorOptions) {
    super(message, options)
  }
}

/** The server is closing and the reply did not end within the grace period. */
export class ShuttingDown extends Error {
  override readonly name = 'ShuttingDown'
  readonly code = 'SHUTTING_DOWN'
}

/** The server takes no more requests and waits for the replies that are live: one that has no end of its own is to end. */
export class Draining extends Error {
  override readonly name = 'Draining'
  readonly code = 'DRAINING'

  constructor(message = 'The server is closing, and lets live replies end') {
    super(message)
  }
}

/** What was thrown, as an error: an application may throw anything. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`Not an error was thrown: ${describeValue(thrown)}`)
}
