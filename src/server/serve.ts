import { inspect } from 'node:util'
import type { Context } from '../context/context.ts'
import { fromFetch } from '../adapters/from-fetch.ts'
import { ErrorPages } from '../gateway/error-pages.ts'
import { Router } from '../gateway/router.ts'
import type { Application } from './application.ts'
import { Exchange } from './exchange.ts'
import { toMinRate } from './guard/rate-guard.ts'
import { toHealthPaths } from './health/health-answers.ts'
import { openHttp1 } from './http1/open-http1.ts'
import type { Listener, ListenerPlan } from './listener.ts'
import { checkServeOptions, type ServeOptions } from './serve-options.ts'
import { openThread } from './thread/open-thread.ts'
import type { Wire } from './wire.ts'

export interface CloseOptions {
  /** Milliseconds that live replies have to end, 10,000 by default; 0 or more. */
  grace?: number
}

/** A server that listens: this process, its workers, or in one of them its share. */
export interface Server {
  readonly url: string
  readonly port: number
  /** Takes no more requests, lets live replies end within the grace period and aborts the rest; always resolves. */
  close(options?: CloseOptions): Promise<void>
  /**
   * Puts a new process in the place of each worker, one after the other: it listens before the old one takes no more,
   * lets live replies end within the grace period and ends. Only in the primary of a server with `workers`. Resolves
   * when the old processes have ended; rejects when a new one does not start, and the old ones that are left go on.
   */
  restart?(options?: CloseOptions): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves an application over HTTP/1.1; resolves when the server listens, or when all its workers do.
 * @throws TypeError or RangeError that names a bad option; Error when the port is taken, or a worker does not start.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  checkServeOptions(options)
  const application = toApplication(options)
  const { hostname = '127.0.0.1', maxIdleConnections = 10_000 } = options
  const plan = {
    port: options.port ?? 0,
    hostname,
    maxIdleConnections,
    maxRequestBytes: application.maxRequestBytes,
    minRate: toMinRate(options.minRate),
    health: toHealthPaths(options.health),
    delivery: application.delivery,
    answer: (wire: Wire) => new Exchange(application, wire).start(),
    report: (error: unknown) => void application.report(error, undefined),
  }
  const isThreaded = options.transmitter === 'thread'
  const open = (fd?: number) =>
    isThreaded ? openThread({ ...plan, fd, maxStall: options.maxStall ?? 0 }) : openHttp1({ ...plan, fd })
  const listener = await (options.workers === undefined ? open() : openShared(options.workers, plan, open))
  const { port } = listener
  const url = `http://${toAuthority(hostname)}:${port}`
  let closing: Promise<void> | undefined
  const close = ({ grace = 10_000 }: CloseOptions = {}) => {
    checkGrace('close', grace)
    options.signal?.removeEventListener('abort', onAbort)
    return (closing ??= listener.close(grace))
  }
  const onAbort = () => void close()
  options.signal?.addEventListener('abort', onAbort)
  if (options.signal?.aborted) onAbort()
  const server = { url, port, close, [Symbol.asyncDispose]: () => close() }
  if (!listener.restart) return server
  const restart = async ({ grace = 10_000 }: CloseOptions = {}) => {
    checkGrace('restart', grace)
    await listener.restart?.(grace)
  }
  return { ...server, restart }
}

function checkGrace(what: string, grace: number): void {
  if (!(grace >= 0)) throw new RangeError(`Cannot ${what} within ${grace} ms: \`grace\` must be 0 or more`)
}

// Loaded only where it is asked for.
async function openShared(
  workers: number | 'auto',
  address: Pick<ListenerPlan, 'hostname' | 'port' | 'report'>,
  open: (fd: number) => Promise<Listener>,
): Promise<Listener> {
  const { openWorkers } = await import('./workers/open-workers.ts')
  return openWorkers(workers, { address, open })
}

function toApplication(options: ServeOptions): Application {
  const { fetch, use = [], stream = false, delivery = 'block', maxRequestBytes = 10_485_760 } = options
  const routes = fetch ? { '/**': fromFetch(fetch) } : (options.routes ?? {})
  const router = new Router(routes, { use, stream })
  const report = toReport(options.report ?? printError)
  const { errorPages: pages, development, handlerTimeout = Infinity } = options
  const errorPages = new ErrorPages({ pages, development })
  return {
    find: (method, path) => router.find(method, path),
    errorPages,
    handlerTimeout,
    report,
    maxRequestBytes,
    delivery,
  }
}

// A `report` that fails itself must not take the reply along: both errors are printed.
function toReport(report: NonNullable<ServeOptions['report']>): Application['report'] {
  return async (error, context) => {
    try {
      await report(error, context)
    } catch (cause) {
      printError(error, context)
      printError(cause, context)
    }
  }
}

function printError(error: unknown, context: Context | undefined): void {
  const request = context ? ` in the reply to ${context.method} ${context.path}` : ''
  process.stderr.write(`millrace: fault${request}\n${inspect(error)}\n`)
}

function toAuthority(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname
}
