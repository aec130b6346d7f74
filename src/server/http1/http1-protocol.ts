import {
  createServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ShuttingDown } from '../../delivery/errors.ts'
import type { Limits } from '../limits/limits.ts'
import type { Protocol, ProtocolPlan } from '../port/protocol.ts'
import { Connection } from './connection.ts'
import { HttpWire } from './http-wire.ts'
import type { ParseError } from './requests/answer-parse-error.ts'
import { resetSocket } from './reset-socket.ts'
import { resetting } from './resetting.ts'

/** HTTP/1.1 and 1.0, as node:http parses them. */
export class Http1Protocol implements Protocol {
  /** Takes connections itself where it listens: the shortest way there is. */
  readonly server: NodeServer
  readonly #plan: ProtocolPlan
  readonly #connections = new Map<Socket, Connection>()
  #draining: { lingers: boolean } | undefined
  #drained: PromiseWithResolvers<void> | undefined

  constructor(plan: ProtocolPlan) {
    this.#plan = plan
    this.server = createServer(toServerOptions(plan.limits))
    // node:http leaves fields out beyond it, and older versions say nothing of that: one more shows that there were.
    this.server.maxHeadersCount = plan.limits.maxHeaders + 1
    // A client that has closed its side gets its reply all the same; Node's types do not know this.
    Object.assign(this.server, { httpAllowHalfOpen: true })
    this.server.on('connection', (socket: Socket) => this.#open(socket))
    this.server.on('clientError', (error: ParseError, socket) => this.#find(socket)?.fail(error, plan.limits))
    this.server.on('connect', (_, socket) => this.#find(socket)?.refuseWith(501, 'Cannot open a tunnel'))
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response)
    this.server.on('request', answer)
    this.server.on('checkContinue', answer)
    // Another expectation is none: node:http would answer it by itself, whatever else there is about the request.
    this.server.on('checkExpectation', answer)
    // node:http would destroy what it takes for idle: connections that still hold the end of a reply for a slow client.
    this.server.closeIdleConnections = () => {}
  }

  take(socket: Socket, used = 0): void {
    this.server.emit('connection', socket)
    this.#plan.heads?.age(socket, used)
    // It stays as it was left, and that is without listeners.
    socket.resume()
  }

  async drain(options: { lingers: boolean }): Promise<void> {
    this.#draining = options
    for (const connection of this.#connections.values()) void connection.drain(options)
    if (this.#connections.size > 0) await (this.#drained ??= Promise.withResolvers()).promise
  }

  abort(reason: ShuttingDown): void {
    for (const [socket, connection] of this.#connections) {
      connection.abort(reason)
      // What has failed, and is about to be reset, must not look complete for that (G4).
      if (resetting.has(socket)) resetSocket(socket)
      else socket.destroy()
    }
  }

  #open(socket: Socket): void {
    const { guard, heads, idle } = this.#plan
    const connection = new Connection(socket, { idle, closed: this.#onClosed })
    this.#connections.set(socket, connection)
    guard?.watch(socket, connection)
    heads?.watch(socket, connection)
    // It was accepted before, and has only now said what it speaks.
    if (this.#draining) void connection.drain(this.#draining)
  }

  // Sources may take longer to close than the connection.
  readonly #onClosed = (socket: Socket): void => {
    this.#plan.guard?.forget(socket)
    this.#plan.heads?.forget(socket)
    void this.#connections
      .get(socket)
      ?.drain()
      .then(() => this.#forget(socket))
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket)
    if (this.#connections.size > 0) return
    this.#drained?.resolve()
    this.#drained = undefined
  }

  #find(socket: Duplex): Connection | undefined {
    return socket instanceof Socket ? this.#connections.get(socket) : undefined
  }

  // Of a connection that was ended nothing is answered: the last reply has been decided, or its time was over.
  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { socket, url = '' } = request
    const connection = this.#connections.get(socket)
    if (!connection) return
    if (connection.isRefusing || socket.writableEnded) return connection.ignore(request)
    connection.receive(response)
    const wire = new HttpWire(response, this.#plan, connection)
    if (connection.isFull) connection.defer(request, () => this.#dispatch(url, wire))
    else this.#dispatch(url, wire)
  }

  #dispatch(url: string, wire: HttpWire): void {
    if (!this.#plan.health?.answer(url, wire)) this.#plan.answer(wire)
  }
}

// The time for a head has a watch of its own, and the body of a request another.
function toServerOptions({ idleTimeout, maxHeadBytes }: Limits): ServerOptions {
  return {
    // It is looked for with the rest of the head.
    requireHostHeader: false,
    headersTimeout: 0,
    requestTimeout: 0,
    keepAliveTimeout: idleTimeout,
    // What a client has sent before it knew that its time is over.
    keepAliveTimeoutBuffer: Math.min(idleTimeout, 1000),
    // That many are too many for Node.
    maxHeaderSize: maxHeadBytes + 1,
  }
}
