// What a server lets a client ask of it (G13): plain values, which can be told to another thread.
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import { toRange } from './proxies/to-range.ts'

export interface LimitOptions {
  /**
   * Milliseconds that a client has for the head of a request, from the opening of the connection or from the first byte
   * of a later request; 15,000 by default, `false` for as long as it likes. Then it is told 408, and the connection
   * ends. The time of a thread that was busy does not count, nor that of a client whose earlier replies are being made.
   */
  headTimeout?: number | false
  /**
   * Milliseconds that a connection without a request stays open, 5,000 by default, and 60,000 with HTTP/2; `false` for
   * ever. Behind a proxy it must be longer than the proxy keeps its connections, or some requests meet their end.
   */
  idleTimeout?: number | false
  /**
   * Milliseconds over which the bytes of a request body are counted while the application reads it, 15,000 by default;
   * `false` for no limit. Who sends less than the `bytes` a second of `minRate` in that time is told 408 and the connection
   * ends; with `minRate: false` one byte in that time is enough. An application that does not read is nobody's fault.
   */
  bodyTimeout?: number | false
  /** Bytes that the names and values of a request's head may have, with its target, 16,384 by default; more is 431. */
  maxHeadBytes?: number
  /** Fields that a request's head may have, 100 by default; more is 431. */
  maxHeaders?: number
  /** Bytes that the target of a request may have, 8,000 by default; more is 414. */
  maxTargetBytes?: number
  /** Connections at a time, 20,000 by default; more are told 503 at once. With `workers`, of each of them. */
  maxConnections?: number
  /**
   * Replies that may be made at a time for one address, or for one network of 64 bits in IPv6; without limit by default.
   * More are told 429. Many people may share an address: give a few hundred. Behind a proxy all of them share the
   * proxy's, unless {@link LimitOptions.trustProxy} says what its requests say of their origin.
   */
  maxRepliesPerClient?: number
  /**
   * Who is believed when it says for whom it asks: the addresses and networks (`10.0.0.0/8`) of the proxies in front of
   * the server, or `true` for whoever connects, as one proxy; nobody by default. Of `X-Forwarded-For`, or where there is
   * none of `Forwarded`, the right-most address that is no proxy's is the client's. `X-Forwarded-Proto` and
   * `X-Forwarded-Host`, or what `Forwarded` says, make the scheme and the host of the URL.
   */
  trustProxy?: readonly string[] | boolean
}

/** What is enforced; Infinity and 0 milliseconds are no limit. */
export interface Limits {
  readonly headTimeout: number
  readonly idleTimeout: number
  /** The same, for a connection of HTTP/2. */
  readonly sessionTimeout: number
  readonly bodyTimeout: number
  readonly maxHeadBytes: number
  readonly maxHeaders: number
  readonly maxTargetBytes: number
  readonly maxConnections: number
  readonly maxRepliesPerClient: number
  readonly trustProxy: readonly string[] | true | undefined
}

/** The limits that the options of a server ask for. */
export function toLimits(options: LimitOptions = {}): Limits {
  const { headTimeout = 15_000, idleTimeout, bodyTimeout = 15_000, trustProxy = false } = options
  const isListed = typeof trustProxy === 'object' && trustProxy.length > 0
  return {
    headTimeout: headTimeout || 0,
    idleTimeout: (idleTimeout ?? 5000) || 0,
    sessionTimeout: (idleTimeout ?? 60_000) || 0,
    bodyTimeout: bodyTimeout || 0,
    maxHeadBytes: options.maxHeadBytes ?? 16_384,
    maxHeaders: options.maxHeaders ?? 100,
    maxTargetBytes: options.maxTargetBytes ?? 8000,
    maxConnections: options.maxConnections ?? 20_000,
    maxRepliesPerClient: options.maxRepliesPerClient ?? Infinity,
    trustProxy: trustProxy === true || isListed ? trustProxy : undefined,
  }
}

interface Rule {
  readonly is: (value: unknown) => boolean
  readonly give: string
}

const timeout: Rule = {
  is: (value) => value === false || isWhole(value, 20, LONGEST_TIMER),
  give: `milliseconds, 20 to ${LONGEST_TIMER}, or false`,
}

/** What each option must be, and how to say it. */
export const limitRules: Readonly<Record<keyof LimitOptions, Rule>> = {
  headTimeout: timeout,
  idleTimeout: timeout,
  bodyTimeout: timeout,
  maxHeadBytes: toCountRule(256, 1 << 20),
  maxHeaders: toCountRule(1, 10_000),
  maxTargetBytes: toCountRule(1, 1 << 20),
  maxConnections: toCountRule(1, Infinity),
  maxRepliesPerClient: toCountRule(1, Infinity),
  trustProxy: {
    is: (value) => typeof value === 'boolean' || (Array.isArray(value) && value.every(isRange)),
    give: "a list of addresses and networks ('10.0.0.0/8'), or true or false",
  },
}

function toCountRule(least: number, most: number): Rule {
  const range = most === Infinity ? `${least} or more` : `${least} to ${most}`
  const is = (value: unknown) => isWhole(value, least, most) || (most === Infinity && value === Infinity)
  return { is, give: `a whole number, ${range}` }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most
}

function isRange(value: unknown): boolean {
  return typeof value === 'string' && toRange(value) !== undefined
}
