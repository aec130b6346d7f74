import { inspect } from 'node:util'
import type { Context } from '../context/context.ts'
import { fromFetch } from '../adapters/from-fetch.ts'
import { ErrorPages } from '../gateway/error-pages.ts'
import { Router } from '../gateway/router.ts'
import type { Application, ServedReply } from './application.ts'
import type { CloseReport } from './drain/close-report.ts'
import { checkSignals, Closing } from './drain/closing.ts'
import {
  checkRestartOptions,
  type CloseOptions,
  type RestartOptions,
  toDrainSettings,
} from './drain/drain-options.ts'
import { Drain } from './drain/drain.ts'
import { DrainingListener, type ServingListener } from './drain/draining-listener.ts'
import { Exchange } from './exchange.ts'
import { toMinRate } from './guard/rate-guard.ts'
import { toHealthPaths } from './health/health-answers.ts'
import { toLimits } from './limits/limits.ts'
import { openPort } from './port/open-port.ts'
import type { ListenerPlan } from './listener.ts'
import { answerCalls } from './moments/answer-calls.ts'
import { readTls } from './port/tls/read-tls.ts'
import { createReload } from './port/tls/create-reload.ts'
import type { TlsCertificate } from './port/tls/tls-options.ts'
import { checkServeOptions, type ServeOptions } from './serve-options.ts'
import { tellRefused } from './moments/tell-refused.ts'
import { openThread } from './thread/open-thread.ts'
import type { Wire } from './wire.ts'
import { workerNumber } from './moments/worker-number.ts'

/** A server that listens: this process, its workers, or in one of them its share. */
export interface Server {
  readonly url: string
  readonly port: number
  /**
   * Takes no more requests, tells live replies, lets them end within the grace period and aborts the rest; always
   * resolves, 4 s after that at the latest, and says what became of them. Called again, the earlier deadline holds.
   * @throws RangeError or TypeError for an option that cannot be kept.
   */
  close(options?: CloseOptions): Promise<CloseReport>
  /** Resolves when the server has closed, whatever has made it do so: what else the process has open can be closed. */
  readonly closed: Promise<CloseReport>
  /**
   * Puts a new process in the place of each worker, one after the other: it listens before the old one takes no more,
   * lets live replies end within the grace period and ends. Only in the primary of a server with `workers`. Resolves
   * when the old processes have ended; rejects when a new one does not start, and the old ones that are left go on.
   */
  restart?(options?: RestartOptions): Promise<void>
  /**
   * Has another certificate for the connections that come, or reads the files of the one it has again; those that there
   * are go on. Only with `tls`. In the primary of a server with `workers` it goes to all of them.
   * @throws TypeError or Error for a certificate that cannot be used: the one before it stays.
   */
  reloadTls?(certificate?: TlsCertificate): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves an application over HTTP/1.1, and over HTTP/2 with `tls` or `h2c`; resolves when the server listens, or when all
 * its workers do.
 * @throws TypeError or RangeError that names a bad option; Error when the port is taken, a certificate cannot be used or
 * a worker does not start.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  checkServeOptions(options)
  const settings = toDrainSettings(options.drain)
  checkSignals(settings)
  const drain = new Drain<ServedReply>()
  const application = toApplication(options, drain)
  const { hostname = '127.0.0.1', maxIdleConnections = 10_000 } = options
  const plan = {
    port: options.port ?? 0,
    hostname,
    maxIdleConnections,
    maxRequestBytes: application.maxRequestBytes,
    minRate: toMinRate(options.minRate),
    limits: toLimits(options),
    health: toHealthPaths(options.health),
    tls: options.tls && (await readTls(options.tls)),
    h2c: options.h2c,
    delivery: application.delivery,
    answer: (wire: Wire) => new Exchange(application, wire).start(),
    refused: tellRefused,
    report: (error: unknown) => void application.report(error, undefined),
  }
  const isThreaded = options.transmitter === 'thread'
  const openOwn = (fd?: number) =>
    isThreaded ? openThread({ ...plan, fd, maxStall: options.maxStall ?? 0 }) : openPort({ ...plan, fd })
  const open = async (fd?: number): Promise<ServingListener> => new DrainingListener(await openOwn(fd), drain)
  const listener = await (options.workers === undefined ? open() : openShared(options.workers, plan, open))
  void drain.closed.promise.then(answerCalls(drain, workerNumber))
  const { port } = listener
  const url = `http${options.tls ? 's' : ''}://${toAuthority(hostname)}:${port}`
  const closing = new Closing({ listener, drain, settings, signal: options.signal })
  const close = (how?: CloseOptions) => closing.close(how)
  const reload = listener.reloadTls?.bind(listener)
  const reloadTls = options.tls && reload && createReload(options.tls, reload)
  const server = {
    url,
    port,
    close,
    closed: drain.closed.promise,
    ...(reloadTls && { reloadTls }),
    [Symbol.asyncDispose]: async () => void (await close()),
  }
  if (!listener.restart) return server
  const restart = async ({ grace = settings.grace, linger, signal }: RestartOptions = {}) => {
    const restartPlan = { grace, linger, signal }
    checkRestartOptions(restartPlan)
    await listener.restart?.(restartPlan)
  }
  return { ...server, restart }
}

// Loaded only where it is asked for.
async function openShared(
  workers: number | 'auto',
  address: Pick<ListenerPlan, 'hostname' | 'port' | 'report'>,
  open: (fd: number) => Promise<ServingListener>,
): Promise<ServingListener> {
  const { openWorkers } = await import('./workers/open-workers.ts')
  return openWorkers(workers, { address, open })
}

function toApplication(options: ServeOptions, drain: Drain<ServedReply>): Application {
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
    drain,
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
