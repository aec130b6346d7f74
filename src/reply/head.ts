import { ContractError } from '../delivery/errors.ts'

/** Whatever `new Headers()` takes. */
export type HeadersInput = NonNullable<ConstructorParameters<typeof Headers>[0]>

// RFC 9110 §7.6.1 and RFC 9112: they belong to one connection, which is the server's affair.
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailers',
  'transfer-encoding',
  'upgrade',
])

// RFC 9110 §6.5.1: what frames, routes, authenticates or describes the body cannot come after it.
const notInTrailers: ReadonlySet<string> = new Set([
  ...hopByHop,
  'authorization',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'set-cookie',
  'trailer',
  'vary',
])

/** True for a field that an application cannot set, in any letter case. */
export function isHopByHop(name: string): boolean {
  return hopByHop.has(name.toLowerCase())
}

/**
 * Header fields as names and values in turn, in the order in which they are sent.
 * @throws ContractError G8 for a field that belongs to the connection.
 */
export function toFields(headers: Headers): string[] {
  const fields: string[] = []
  headers.forEach((value, name) => {
    if (hopByHop.has(name)) {
      throw new ContractError(
        'G8',
        `Cannot set ${name}: framing and connection are decided by the server; leave it out`,
      )
    }
    fields.push(name, value)
  })
  return fields
}

/**
 * Trailer fields as names and values in turn.
 * @throws ContractError G12 for a field that cannot come after a body; TypeError for one that is malformed.
 */
export function toTrailerFields(init: HeadersInput): string[] {
  const fields: string[] = []
  new Headers(init).forEach((value, name) => {
    if (notInTrailers.has(name)) {
      throw new ContractError('G12', `Cannot send ${name} as a trailer: it must stand before the body`)
    }
    fields.push(name, value)
  })
  return fields
}

/**
 * Content-Length as a number of bytes, or undefined where there is none.
 * @throws ContractError G6 when it is not a whole number.
 */
export function parseContentLength(headers: Headers): number | undefined {
  const value = headers.get('content-length')
  if (value === null) return undefined
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new ContractError('G6', `Cannot send Content-Length ${JSON.stringify(value)}: give a number of bytes`)
}

/** Makes every later change to headers that have gone out an error (G3). */
export function sealHeaders(headers: Headers): void {
  Object.defineProperties(headers, seals)
}

/** True for headers that have gone out: of a text that is sent again, for example. */
export function isSealed(headers: Headers): boolean {
  return headers.set === refuseChange
}

/**
 * Makes every later change to a head one to another head first, where it may be refused; `adapt` is called after both, to
 * make the other one true again.
 */
export function forwardChanges(from: Headers, to: Headers, adapt: (to: Headers) => void): void {
  for (const method of changes) {
    const change: Function = from[method]
    const value = (...given: unknown[]): void => {
      Reflect.apply(to[method], to, given)
      Reflect.apply(change, from, given)
      adapt(to)
    }
    Object.defineProperty(from, method, { value, configurable: true })
  }
}

const changes = ['set', 'append', 'delete'] as const

const seals = Object.fromEntries(
  changes.map((method) => [method, { value: refuseChange, configurable: true }]),
)

function refuseChange(name: string): never {
  throw new ContractError(
    'G3',
    `Cannot change the header ${name}: the head has gone out; set it before the first block`,
  )
}
