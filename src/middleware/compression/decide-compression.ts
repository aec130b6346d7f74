import type { Context } from '../../context/context.ts'
import { isBodiless } from '../../delivery/framing.ts'
import { blocksOf, isStreaming } from '../../reply/with-blocks.ts'
import type { CompressSettings } from './compress-options.ts'
import { isUntouchable } from './compressed-head.ts'
import { isCompressible, toEssence } from './is-compressible.ts'
import type { Encoding, Negotiated } from '../../reply/selection/negotiate-encoding.ts'

/** What becomes of a reply. */
export type Decision =
  /** It is not compressed for anybody. */
  | { kind: 'leave' }
  /** The client has the body already. */
  | { kind: 'unmodified' }
  /** It is compressed for other clients. */
  | { kind: 'vary' }
  /** Collected first, and compressed when that makes it smaller; `isForced`: in any case. */
  | { kind: 'buffered'; encoding: Encoding; isForced: boolean }
  | { kind: 'streamed'; encoding: Encoding }
  /** The first block will tell the type. */
  | { kind: 'untyped'; encoding: Encoding }

/** What the decision is made of. */
export interface CompressionFacts {
  readonly response: Response
  readonly context: Context
  readonly settings: CompressSettings
  readonly negotiated: Negotiated
}

/** Decides once, from the heads of request and reply. */
export function decideCompression(facts: CompressionFacts): Decision {
  const { response, context, settings, negotiated } = facts
  if (response.status === 304) return { kind: 'unmodified' }
  const type = typeOf(response)
  if (isBarred(response) || (type !== undefined && !isWanted(type, settings))) return { kind: 'leave' }
  if (response.status === 206 || negotiated.kind !== 'encoded' || isSecret(context, settings)) {
    return { kind: 'vary' }
  }
  const { encoding, isForced } = negotiated
  const length = lengthOf(response)
  if (length === 0) return { kind: 'leave' }
  if (length !== undefined && length < settings.threshold && !isForced) return { kind: 'vary' }
  if (!isStreaming(response)) return { kind: 'buffered', encoding, isForced }
  if (type !== undefined) return { kind: 'streamed', encoding }
  return { kind: length === undefined && context.method !== 'HEAD' ? 'untyped' : 'vary', encoding }
}

// RFC 9110 §14: a part is a part of what was there before, and §15.3.7 varies as the whole. The server in front sends
// what is handed over to it.
function isBarred({ status, headers }: Response): boolean {
  if (isBodiless(status) || (status !== 206 && headers.has('content-range'))) return true
  return headers.has('x-accel-redirect') || headers.has('x-sendfile') || isUntouchable(headers)
}

function typeOf(response: Response): string | undefined {
  const type = response.headers.get('content-type')
  if (type !== null) return type
  // As the server will tell it.
  return typeof blocksOf(response).literal === 'string' ? 'text/plain' : undefined
}

function isWanted(type: string, { types, events }: CompressSettings): boolean {
  return toEssence(type) === 'text/event-stream' ? events : isCompressible(type, types)
}

function isSecret({ headers }: Context, { credentials }: CompressSettings): boolean {
  return !credentials && (headers.has('cookie') || headers.has('authorization'))
}

function lengthOf(response: Response): number | undefined {
  const announced = response.headers.get('content-length')
  return announced === null ? blocksOf(response).length : Number(announced)
}
