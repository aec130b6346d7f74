import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import type { Context } from '../context/context.ts'
import { ShuttingDown } from '../delivery/errors.ts'
import { fromFetch } from '../adapters/from-fetch.ts'
import { ErrorPages } from '../gateway/error-pages.ts'
import { Router } from '../gateway/router.ts'
import { LONGEST_TIMER } from '../reply/reply-options.ts'
import type { Application } from './application.ts'
import { Connection, IdleCount } from './connection.ts'
import { Exchange } from './exchange.ts'
import { checkServeOptions, type ServeOptions } from './serve-options.ts'

export interface CloseOptions {
  /** Milliseconds that live replies have to end, 10,000 by default; 0 or more. */
  grace?: number
}

/** A server that listens. */
export interface Server {
  readonly url: string
  readonly port: number
  /** Takes no more requests, lets live replies end within the grace period and aborts the rest; always resolves. */
  close(options?: CloseOptions): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Serves an application over HTTP/1.1; resolves when the server listens.
 * @throws TypeError or RangeError that names a bad option; Error when the port is taken.
 */
export async function serve(options: ServeOptions): Promise<Server> {
  checkServeOptions(options)
  const application = toApplication(options)
  const connections = new Map<Socket, Connection>()
  const idle = new IdleCount(options.maxIdleConnections)
  const nodeServer = createServer()
  nodeServer.on('connection', (socket: Socket) => {
    const connection = new Connection(socket, idle)
    connections.set(socket, connection)
    // Sources may take longer to close than the connection.
    socket.on('close', () => void connection.drain().then(() => connections.delete(socket)))
  })
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket)
    if (connection) new Exchange(application, connection, response).start()
  }
  nodeServer.on('request', answer)
  nodeServer.on('checkContinue', answer)
  const port = await listen(nodeServer, options)
  nodeServer.on('error', (error) => application.report(error, undefined))
  const url = `http://${toAuthority(options.hostname ?? '127.0.0.1')}:${port}`
  let closing: Promise<void> | undefined
  const close = ({ grace = 10_000 }: CloseOptions = {}) => {
    if (!(grace >= 0)) throw new RangeError(`Cannot close within ${grace} ms: \`grace\` must be 0 or more`)
    options.signal?.removeEventListener('abort', onAbort)
    return (closing ??= drain(nodeServer, connections, grace))
  }
  const onAbort = () => void close()
  options.signal?.addEventListener('abort', onAbort)
  if (options.signal?.aborted) onAbort()
  return { url, port, close, [Symbol.asyncDispose]: () => close() }
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

async function drain(
  nodeServer: NodeServer,
  connections: Map<Socket, Connection>,
  grace: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // node:http would destroy what it takes for idle: connections that still hold the end of a reply for a slow client.
  nodeServer.closeIdleConnections = () => {}
  nodeServer.close(() => resolve())
  const drained = [...connections.values()].map((connection) => connection.drain())
  const timer = setTimeout(
    () => {
      const reason = new ShuttingDown('Cannot finish the reply: the server is closing')
      for (const connection of connections.values()) connection.abort(reason)
      nodeServer.closeAllConnections()
    },
    Math.min(grace, LONGEST_TIMER),
  )
  await Promise.all([promise, ...drained])
  clearTimeout(timer)
}

async function listen(
  nodeServer: NodeServer,
  { port = 0, hostname = '127.0.0.1' }: ServeOptions,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refuse = (cause: NodeJS.ErrnoException) => reject(explain(cause, hostname, port))
  nodeServer.once('error', refuse)
  nodeServer.listen(port, hostname, resolve)
  await promise
  nodeServer.off('error', refuse)
  const address = nodeServer.address()
  return typeof address === 'object' && address ? address.port : port
}

function explain(cause: NodeJS.ErrnoException, hostname: string, port: number): Error {
  const why = new Map([
    ['EADDRINUSE', 'the port is in use; give another `port`, or stop what listens there'],
    ['EACCES', 'this user may not use the port; give a `port` of 1024 or more'],
    ['EADDRNOTAVAIL', 'this machine has no such address; give another `hostname`'],
  ]).get(cause.code ?? '')
  return new Error(`Cannot listen on ${hostname}:${port}: ${why ?? cause.message}`, { cause })
}

function toAuthority(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname
}
