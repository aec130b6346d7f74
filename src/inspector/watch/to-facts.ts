import type { Context } from '../../context/context.ts'
import type { LiveReply, RequestMoment } from '../../delivery/channels.ts'
import type { ReplyFacts } from '../inspector-event.ts'
import { isOwn } from '../is-own.ts'

/** What is known of a reply besides its request. */
export interface FoundReply {
  readonly id: number
  /** Of `performance.now()`. */
  readonly startedAt: number
  /** When watching began, of the same clock. */
  readonly watchedSince: number
}

/** What does not change while a reply lives. */
export function toFacts(reply: LiveReply<Context>, { id, startedAt, watchedSince }: FoundReply): ReplyFacts {
  const request = reply.toRequest()
  return {
    id,
    method: request.method,
    path: request.path,
    route: request.route ?? null,
    client: toClient(request),
    protocol: request.protocol,
    startedAt: toEpoch(startedAt),
    isOlder: startedAt < watchedSince,
    isOwn: isOwn(request.context),
  }
}

function toClient({ remoteAddress, context }: RequestMoment<Context>): string | null {
  if (remoteAddress === undefined) return null
  const host = remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress
  const port = context?.transport.remotePort
  return port === undefined ? remoteAddress : `${host}:${port}`
}

/** A time of `performance.now()` as milliseconds since 1970, to a tenth. */
export function toEpoch(time: number): number {
  return toTenths(performance.timeOrigin + time)
}

/** To a tenth of a millisecond: more says nothing to who looks, and is longer on its way. */
export function toTenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
