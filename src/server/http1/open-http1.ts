// The listening socket and its connections, in whatever thread this runs.
import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ShuttingDown } from '../../delivery/errors.ts'
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import type { Listener, ListenerPlan } from '../listener.ts'
import { Connection, IdleCount } from './connection.ts'
import { HttpWire } from './http-wire.ts'
import type { NodeRequestOptions } from './node-request.ts'

/** A listener for HTTP/1.1 and 1.0 in this thread. */
export interface Http1Plan extends Omit<ListenerPlan, 'answer'>, NodeRequestOptions {
  readonly answer: (wire: HttpWire) => void
}

/**
 * Listens; resolves when it does.
 * @throws Error when the port is taken, or cannot be.
 */
export async function openHttp1(plan: Http1Plan): Promise<Listener> {
  const connections = new Map<Socket, Connection>()
  const idle = new IdleCount(plan.maxIdleConnections)
  const nodeServer = createServer()
  nodeServer.on('connection', (socket: Socket) => {
    const connection = new Connection(socket, idle)
    connections.set(socket, connection)
    // Sources may take longer to close than the connection.
    socket.on('close', () => void connection.drain().then(() => connections.delete(socket)))
  })
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket)
    if (connection) plan.answer(new HttpWire(response, plan, connection))
  }
  nodeServer.on('request', answer)
  nodeServer.on('checkContinue', answer)
  const port = await listen(nodeServer, plan)
  nodeServer.on('error', (error) => plan.report(error))
  return { port, close: (grace) => drain(nodeServer, connections, grace) }
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

async function listen(nodeServer: NodeServer, { port, hostname }: Http1Plan): Promise<number> {
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
