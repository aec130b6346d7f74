import type { Context } from '../../context/context.ts'
import type { LiveReply, RequestMoment } from '../../delivery/channels.ts'
import type { Wire } from '../wire.ts'

/** What a reply is made for, as far as it is known. */
export interface Asked {
  readonly wire: Wire
  /** Undefined for a request that is not dispatched. */
  readonly context: Context | undefined
  readonly route: string | undefined
  readonly startedAt: number
}

/** What watchers are told of a request: of its context, or as it was sent where there is none. */
export function toRequestMoment(
  reply: LiveReply<Context>,
  { wire, context, route, startedAt }: Asked,
): RequestMoment<Context> {
  return {
    reply,
    method: context?.method ?? wire.method,
    path: context?.path ?? toPath(wire.target),
    route,
    protocol: `HTTP/${wire.version}`,
    remoteAddress: context ? context.transport.remoteAddress : wire.remoteAddress,
    context,
    startedAt,
  }
}

/** The path of a target as it was sent, whatever that is. */
export function toPath(target = ''): string {
  return /^[^?#]*/.exec(target)?.[0] ?? ''
}
