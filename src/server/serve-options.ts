import { METHODS } from 'node:http'
import type { Fetch } from '../adapters/from-fetch.ts'
import { describeValue } from '../body/block.ts'
import type { Context } from '../context/context.ts'
import type { Delivery } from '../delivery/pump-plan.ts'
import type { ErrorPage } from '../gateway/error-pages.ts'
import type { Middleware, Routes } from '../gateway/handler.ts'
import { LONGEST_TIMER } from '../reply/reply-options.ts'
import { type DrainOptions, drainRule } from './drain/drain-options.ts'
import type { MinRate } from './guard/rate-guard.ts'
import type { HealthPaths } from './health/health-answers.ts'
import { isTlsOptions, type TlsOptions } from './port/tls/tls-options.ts'
import { type LimitOptions, limitRules } from './limits/limits.ts'

export interface ServeOptions extends LimitOptions {
  /** Port to listen on; 0, the default, takes a free one. */
  port?: number
  /** Address to listen on, 127.0.0.1 by default. */
  hostname?: string
  /** Handlers by pattern. */
  routes?: Routes
  /** An application written for the web standard, in place of routes. */
  fetch?: Fetch
  /** Wrapped around every handler, the first outermost. */
  use?: readonly Middleware[]
  /** Streams plain bodies of every route in place of buffering them. */
  stream?: boolean
  /** How blocks leave where a reply does not say, `block` by default. */
  delivery?: Delivery
  /**
   * Who sends: `inline`, the default, this thread; `thread` a thread of its own, which goes on sending whatever the
   * application computes, so that strict blocks are also fast.
   */
  transmitter?: 'inline' | 'thread'
  /**
   * Milliseconds after which the replies of an application that does not answer are broken off by the transmitter, and
   * new requests told 503, until it does; never by default. One of the `workers` that has not answered after as many
   * again is ended, and another takes its place. Only with `transmitter: 'thread'`.
   */
  maxStall?: number
  /**
   * How many processes serve; this one alone by default, `auto` for as many as there are cores. Each runs the script of
   * this process, so serve() is called in each: in this one, the primary, it starts the others, which take the requests.
   * In one of them `close()` closes its share, and another takes its place, as for one that dies. When the primary dies,
   * they drain and end. One serve() of a script can have workers; systems whose sockets are no descriptors have none.
   */
  workers?: number | 'auto'
  /** Bytes that a request body may have, 10 MiB by default. */
  maxRequestBytes?: number
  /** Pages in place of the plain error replies, by status or as `default`; an error's text is theirs to show. */
  errorPages?: Readonly<Record<string, ErrorPage>>
  /** Shows the text and the stack of a fault to the client; false by default. */
  development?: boolean
  /** Milliseconds that a handler may take to answer, before the client is told 504; none by default. */
  handlerTimeout?: number
  /** Connections that may wait for their next request, 10,000 by default; beyond it a reply ends its connection. */
  maxIdleConnections?: number
  /**
   * What a client must take of its reply: 1,000 bytes a second, counted over 27,000 ms, by default; `false` for nothing.
   * A client that has taken less, although more was held for it all the time, is cut off: its connection is reset, and
   * its reply ends as `client-gone` with a `TooSlow`, which is no fault. The time of a source that is slow itself does
   * not count, nor that of a thread that was busy.
   *
   * Counted is what the operating system takes, and that comes in lumps: Linux takes more when a third of its buffer is
   * free. The buffer of one connection grows to 4 MiB (`tcp_wmem`), a lump to 1.52 MB as measured, and a client that
   * reads 64 kB a second lets 24 s pass between two of them: `within` must be longer. A cut may be late by a twentieth
   * of `within`, so that with 27 s a client that stalls is gone before 30 s. Give less only where clients read faster
   * (at 1 MB a second a lump takes 1.5 s), and more where `tcp_wmem` is larger, or where clients with a receive buffer
   * of more than 27 MB read fast at first and slowly then: they ask for more when a sixteenth of it is free.
   */
  minRate?: Partial<MinRate> | false
  /**
   * Answers `GET` and `HEAD` for the server's health before any route, middleware, hook or log; off by
   * default. `true` is `{ live: '/healthz', ready: '/readyz' }`. Both are 200 `ok`, and 503:
   * - `live`: `stalled`, while an application with `maxStall` has not answered for that long: restart it;
   * - `ready`: the same, and `draining` from `close()` on: send it no more requests.
   *
   * With `transmitter: 'thread'` the transmitter answers by itself, also while the application computes.
   */
  health?: boolean | Partial<HealthPaths>
  /**
   * Encrypts: HTTP/2 and HTTP/1.1 on one port, by what the client asks for in its handshake; plain HTTP/1.x by default.
   * A certificate that cannot be used is refused before the server listens.
   */
  tls?: TlsOptions
  /**
   * Takes HTTP/2 with prior knowledge beside HTTP/1.x on a plain port, as a proxy in front speaks it; false by default.
   * Not with `tls`.
   */
  h2c?: boolean
  /** How the server closes: what `close()` does not say, and what holds for `signal` and for workers that are replaced. */
  drain?: DrainOptions
  /** Closes the server when it aborts. */
  signal?: AbortSignal
  /** Told of every fault once; writes it to standard error by default. */
  report?: (error: unknown, context: Context | undefined) => unknown
}

/** What `tls` must be, as an error says it. */
const TLS =
  '{ key, cert } as PEM, or { keyFile, certFile }, with ca, passphrase, minVersion, handshakeTimeout or http2'

// What each option must be, and how to say it. `routes` is looked at by the router, which can name the route.
const rules: Readonly<Record<keyof ServeOptions, { is: (value: unknown) => boolean; give: string }>> = {
  port: { is: (value) => Number.isInteger(value) && isBetween(value, 0, 65_535), give: '0 to 65535' },
  hostname: { is: (value) => typeof value === 'string' && value !== '', give: 'an address or a host name' },
  routes: { is: isObject, give: 'an object of handlers by pattern' },
  fetch: { is: isFunction, give: 'a function of a Request' },
  use: { is: (value) => Array.isArray(value) && value.every(isFunction), give: 'a list of functions' },
  stream: { is: (value) => typeof value === 'boolean', give: 'true or false' },
  delivery: { is: (value) => value === 'block' || value === 'turn', give: "'block' or 'turn'" },
  transmitter: { is: (value) => value === 'inline' || value === 'thread', give: "'inline' or 'thread'" },
  maxStall: {
    is: (value) => isBetween(value, 1, LONGEST_TIMER),
    give: `milliseconds, 1 to ${LONGEST_TIMER}`,
  },
  workers: {
    is: (value) => value === 'auto' || (Number.isInteger(value) && isBetween(value, 1, Infinity)),
    give: "a whole number, 1 or more, or 'auto'",
  },
  maxRequestBytes: { is: (value) => isBetween(value, 0, Infinity), give: 'a number of bytes, 0 or more' },
  errorPages: { is: isObject, give: 'an object of functions by status' },
  development: { is: (value) => typeof value === 'boolean', give: 'true or false' },
  handlerTimeout: {
    is: (value) => isBetween(value, 1, LONGEST_TIMER),
    give: `milliseconds, 1 to ${LONGEST_TIMER}`,
  },
  maxIdleConnections: { is: (value) => isBetween(value, 0, Infinity), give: 'a number, 0 or more' },
  minRate: { is: isMinRate, give: '{ bytes, within }: bytes a second, and milliseconds from 20; or false' },
  health: { is: isHealth, give: '{ live, ready }: two paths; or true or false' },
  tls: { is: isTlsOptions, give: TLS },
  h2c: { is: (value) => typeof value === 'boolean', give: 'true or false' },
  drain: drainRule,
  ...limitRules,
  signal: { is: (value) => value instanceof AbortSignal, give: 'an AbortSignal' },
  report: { is: isFunction, give: 'a function of an error and a context' },
}

/**
 * Checks what a server is asked to do.
 * @throws TypeError that names the option, for one that there is not, or that cannot be used.
 */
export function checkServeOptions(options: ServeOptions): void {
  if (!isObject(options)) {
    throw new TypeError(`Cannot serve ${describeValue(options)}: give an object with \`routes\` or \`fetch\``)
  }
  for (const [name, value] of Object.entries(options)) checkOption(name, value)
  for (const pattern of Object.keys(options.routes ?? {})) checkMethod(pattern)
  if ((options.routes === undefined) === (options.fetch === undefined)) {
    throw new TypeError('Cannot serve: give either `routes` or `fetch`')
  }
  if (options.tls && options.h2c) {
    throw new TypeError('Cannot serve with both `tls` and `h2c`: over TLS, HTTP/2 needs no prior knowledge')
  }
  if (options.maxStall !== undefined && options.transmitter !== 'thread') {
    throw new TypeError(
      "Cannot serve with `maxStall`: it needs `transmitter: 'thread'`, which can notice a stall",
    )
  }
}

function checkOption(name: string, value: unknown): void {
  const rule = new Map(Object.entries(rules)).get(name)
  if (!rule) {
    throw new TypeError(
      `Cannot serve: there is no option \`${name}\`; there are ${Object.keys(rules).join(', ')}`,
    )
  }
  if (value === undefined || rule.is(value)) return
  throw new TypeError(`Cannot serve: \`${name}\` is ${describeValue(value)}; give ${rule.give}`)
}

// The router takes any word for a method; here it is known which of them a client can send.
function checkMethod(pattern: string): void {
  const [, method] = /^([A-Z]+) /.exec(pattern) ?? []
  if (method === undefined || METHODS.includes(method)) return
  throw new TypeError(`Cannot serve the route ${JSON.stringify(pattern)}: there is no method ${method}`)
}

function isMinRate(value: unknown): boolean {
  if (value === false) return true
  if (!isObjectOf(value, ['bytes', 'within'])) return false
  const { bytes = 1, within = 20 } = value
  return isBetween(bytes, 1, Number.MAX_SAFE_INTEGER) && isBetween(within, 20, LONGEST_TIMER)
}

function isHealth(value: unknown): boolean {
  if (typeof value === 'boolean') return true
  if (!isObjectOf(value, ['live', 'ready'])) return false
  const { live = '/healthz', ready = '/readyz' } = value
  return isPath(live) && isPath(ready) && live !== ready
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && /^\/[^?#\s]*$/.test(value)
}

function isObjectOf(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && Object.keys(Object(value)).every((name) => names.includes(name))
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}
