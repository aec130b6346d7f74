// The listening socket, in whatever thread this runs, and the protocols on its connections.
import type { Server as NetServer, Socket } from 'node:net'
import { ShuttingDown } from '../../delivery/errors.ts'
import { LONGEST_TIMER } from '../../reply/reply-options.ts'
import { RateGuard } from '../guard/rate-guard.ts'
import { HealthAnswers } from '../health/health-answers.ts'
import { IdleCount } from '../http1/connection.ts'
import { Http1Protocol } from '../http1/http1-protocol.ts'
import { resetSocket } from '../http1/reset-socket.ts'
import type { NodeRequestOptions } from '../http1/node-request.ts'
import type { Listener, ListenerPlan } from '../listener.ts'
import { BodyGuard } from '../limits/body-guard.ts'
import { ClientCount } from '../limits/client-count.ts'
import { ConnectionLimit } from '../limits/connection-limit.ts'
import { HeadWatch } from '../limits/head-watch.ts'
import { type Limits, toLimits } from '../limits/limits.ts'
import { refuseRequest } from '../limits/refuse-request.ts'
import { ProxyTrust } from '../limits/proxies/proxy-trust.ts'
import type { ServedWire } from '../wire.ts'
import type { Entrance } from './entrance.ts'
import { explainListenError } from './explain-listen-error.ts'
import { H2cEntrance } from './h2c-entrance.ts'
import type { Protocol, ProtocolPlan } from './protocol.ts'
import { TlsEntrance } from './tls/tls-entrance.ts'

/** A listener in this thread. */
export interface PortPlan extends Omit<ListenerPlan, 'answer'>, NodeRequestOptions {
  readonly answer: (wire: ServedWire) => void
  /** Whether the application has not answered for too long; where it is missing, nobody can tell. */
  readonly isStalled?: () => boolean
}

/**
 * Listens; resolves when it does.
 * @throws Error when the port is taken, or cannot be.
 */
export async function openPort(plan: PortPlan): Promise<Listener> {
  const health = plan.health && new HealthAnswers(plan.health, plan.isStalled)
  const shared = toShared(plan, health)
  const open = await toOpenPort(plan, shared)
  const { entrance } = open
  // A client that expects TLS could not read an answer.
  const refuse = plan.tls ? (socket: Socket) => resetSocket(socket) : undefined
  new ConnectionLimit(shared.limits.maxConnections).watch(entrance.server, refuse)
  const port = await listen(entrance.server, plan)
  entrance.server.on('error', (error) => plan.report(error))
  const close = (grace: number, linger = 0) => {
    // Where it lingers, another process has taken its place: the service is not going away.
    if (health) health.isDraining = linger === 0
    return drain(open, { grace, linger })
  }
  const leave = () => {
    if (health) health.isDraining = true
    for (const protocol of toProtocols(open)) void protocol.drain({ lingers: true })
  }
  if (!entrance.reload) return { port, leave, close }
  return { port, leave, close, reloadTls: async (tls) => entrance.reload?.(tls) }
}

/** A port, and what is behind it. */
interface OpenPort {
  readonly entrance: Entrance
  readonly http1: Http1Protocol
  readonly http2: Protocol | undefined
}

async function toOpenPort({ tls, h2c }: PortPlan, shared: ProtocolPlan): Promise<OpenPort> {
  const http1 = new Http1Protocol(shared)
  const http2 = tls?.http2 || h2c ? await toHttp2(shared) : undefined
  if (tls) return { entrance: new TlsEntrance(tls, { http1, http2 }), http1, http2 }
  // node:http accepts by itself where nobody else is to be given a connection: that is the shortest way.
  return {
    entrance: h2c ? new H2cEntrance({ http1, http2 }, shared.limits.headTimeout || LONGEST_TIMER) : http1,
    http1,
    http2,
  }
}

// Loaded only where it is asked for.
async function toHttp2(shared: ProtocolPlan): Promise<Protocol | undefined> {
  const { Http2Protocol } = await import('../http2/http2-protocol.ts')
  return new Http2Protocol(shared)
}

function toShared(plan: PortPlan, health: HealthAnswers | undefined): ProtocolPlan {
  const { limits = toLimits() } = plan
  return {
    maxRequestBytes: plan.maxRequestBytes,
    proxies: limits.trustProxy && new ProxyTrust(limits.trustProxy),
    limits,
    heads: limits.headTimeout > 0 ? new HeadWatch(limits.headTimeout) : undefined,
    bodies: toBodyGuard(limits, plan.minRate),
    delivery: plan.delivery,
    answer: toCounted(limits, plan),
    report: plan.report,
    guard: plan.minRate && new RateGuard(plan.minRate),
    health,
    idle: new IdleCount(plan.maxIdleConnections),
  }
}

// Where no rate is asked for, a byte is enough.
function toBodyGuard({ bodyTimeout }: Limits, minRate: ListenerPlan['minRate']): BodyGuard | undefined {
  return bodyTimeout > 0 ? new BodyGuard({ bytes: minRate?.bytes ?? 0, within: bodyTimeout }) : undefined
}

function toCounted({ maxRepliesPerClient }: Limits, { answer, refused }: PortPlan): PortPlan['answer'] {
  if (maxRepliesPerClient === Infinity) return answer
  const count = new ClientCount(maxRepliesPerClient)
  const refusal = { status: 429, fields: ['retry-after', '1'], refused }
  return (wire) => (count.take(wire) ? answer(wire) : refuseRequest(wire, refusal))
}

function toProtocols({ http1, http2 }: OpenPort): readonly Protocol[] {
  return http2 ? [http1, http2] : [http1]
}

async function drain(open: OpenPort, { grace, linger }: { grace: number; linger: number }): Promise<void> {
  const { entrance } = open
  const protocols = toProtocols(open)
  const accepted = Promise.withResolvers<void>()
  entrance.server.close(() => accepted.resolve())
  const endIdle = () => {
    entrance.drop?.()
    return Promise.all(protocols.map((protocol) => protocol.drain({ lingers: false })))
  }
  if (linger > 0) for (const protocol of protocols) void protocol.drain({ lingers: true })
  else void endIdle()
  const lingering = linger > 0 ? setTimeout(endIdle, Math.min(linger, LONGEST_TIMER)) : undefined
  const abort = () => {
    const reason = new ShuttingDown('Cannot finish the reply: the server is closing')
    for (const protocol of protocols) protocol.abort(reason)
    entrance.drop?.()
  }
  const timer = setTimeout(abort, Math.min(grace, LONGEST_TIMER))
  await accepted.promise
  // Sources may take longer to close than their connections.
  await endIdle()
  clearTimeout(timer)
  clearTimeout(lingering)
}

async function listen(server: NetServer, { port, hostname, fd }: PortPlan): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refuse = (cause: NodeJS.ErrnoException) => reject(explainListenError(cause, hostname, port))
  server.once('error', refuse)
  if (fd === undefined) server.listen(port, hostname, resolve)
  else server.listen({ fd }, resolve)
  await promise
  server.off('error', refuse)
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}
