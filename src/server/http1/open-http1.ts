// The listening socket and its connections, in whatever thread this runs.
import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ShuttingDown } from '../../delivery/errors.ts'
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import { RateGuard } from '../guard/rate-guard.ts'
import { HealthAnswers } from '../health/health-answers.ts'
import type { Listener, ListenerPlan } from '../listener.ts'
import { Connection, IdleCount } from './connection.ts'
import type { ServedWire } from '../wire.ts'
import { HttpWire } from './http-wire.ts'
import type { NodeRequestOptions } from './node-request.ts'

/** A listener for HTTP/1.1 and 1.0 in this thread. */
export interface Http1Plan extends Omit<ListenerPlan, 'answer'>, NodeRequestOptions {
  readonly answer: (wire: ServedWire) => void
  /** Whether the application has not answered for too long; where it is missing, nobody can tell. */
  readonly isStalled?: () => boolean
}

/**
 * Listens; resolves when it does.
 * @throws Error when the port is taken, or cannot be.
 */
export async function openHttp1(plan: Http1Plan): Promise<Listener> {
  const connections = new Map<Socket, Connection>()
  const idle = new IdleCount(plan.maxIdleConnections)
  const guard = plan.minRate && new RateGuard(plan.minRate)
  const health = plan.health && new HealthAnswers(plan.health, plan.isStalled)
  const nodeServer = createServer()
  nodeServer.on('connection', (socket: Socket) => {
    const connection = new Connection(socket, idle)
    connections.set(socket, connection)
    guard?.watch(socket, (reason) => connection.abort(reason))
    socket.on('close', () => {
      guard?.forget(socket)
      // Sources may take longer to close than the connection.
      void connection.drain().then(() => connections.delete(socket))
    })
  })
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket)
    if (!connection) return
    const wire = new HttpWire(response, plan, connection)
    if (!health?.answer(request.url ?? '', wire)) plan.answer(wire)
  }
  nodeServer.on('request', answer)
  nodeServer.on('checkContinue', answer)
  const port = await listen(nodeServer, plan)
  nodeServer.on('error', (error) => plan.report(error))
  const close = (grace: number, linger = 0) => {
    // Where it lingers, another process has taken its place: the service is not going away.
    if (health) health.isDraining = linger === 0
    return drain(nodeServer, connections, { grace, linger })
  }
  return { port, close }
}

async function drain(
  nodeServer: NodeServer,
  connections: Map<Socket, Connection>,
  { grace, linger }: { grace: number; linger: number },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // node:http would destroy what it takes for idle: connections that still hold the end of a reply for a slow client.
  nodeServer.closeIdleConnections = () => {}
  nodeServer.close(() => resolve())
  const lingers = linger > 0
  const drained = [...connections.values()].map((connection) => connection.drain({ lingers }))
  const endIdle = () => connections.forEach((connection) => void connection.drain())
  const lingering = lingers ? setTimeout(endIdle, Math.min(linger, LONGEST_TIMER)) : undefined
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
  clearTimeout(lingering)
}

async function listen(nodeServer: NodeServer, { port, hostname, fd }: Http1Plan): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refuse = (cause: NodeJS.ErrnoException) => reject(explainListenError(cause, hostname, port))
  nodeServer.once('error', refuse)
  if (fd === undefined) nodeServer.listen(port, hostname, resolve)
  else nodeServer.listen({ fd }, resolve)
  await promise
  nodeServer.off('error', refuse)
  const address = nodeServer.address()
  return typeof address === 'object' && address ? address.port : port
}

/** Says what is wrong with the port or the address, and what to do. */
export function explainListenError(cause: NodeJS.ErrnoException, hostname: string, port: number): Error {
  const why = new Map([
    ['EADDRINUSE', 'the port is in use; give another `port`, or stop what listens there'],
    ['EACCES', 'this user may not use the port; give a `port` of 1024 or more'],
    ['EADDRNOTAVAIL', 'this machine has no such address; give another `hostname`'],
  ]).get(cause.code ?? '')
  return new Error(`Cannot listen on ${hostname}:${port}: ${why ?? cause.message}`, { cause })
}
