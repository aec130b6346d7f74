import { isBytes, toUint8Array } from '../../body/block.ts'
import { toBlocks } from '../../body/blocks.ts'
import type { Reply } from '../../reply/reply.ts'
import { withBlocks } from '../../reply/with-blocks.ts'
import { type CollectedReply, collectReply } from '../collected-reply.ts'
import type { CompressSettings } from './compress-options.ts'
import {
  isUntouchable,
  toVaryingHeaders,
  toChangeableHeaders,
  toCompressedHeaders,
} from './compressed-head.ts'
import { Compressor } from './blocks/compressor.ts'
import { isCompressible } from './is-compressible.ts'
import { withTold } from './with-headers.ts'
import type { Encoding } from '../../reply/selection/negotiate-encoding.ts'

export interface CompressBufferedOptions {
  readonly encoding: Encoding
  /** Compresses however small it is. */
  readonly isForced: boolean
  readonly settings: CompressSettings
  readonly method: string
}

/**
 * A buffered reply compressed whole, with its new length; as it is, where it is too short, of another type, or would
 * not become smaller. For `HEAD` no body is made: a head that only the body could complete says less.
 */
export async function compressBuffered(reply: Reply, options: CompressBufferedOptions): Promise<Reply> {
  const { literal } = reply.blocks
  if (literal === undefined && options.method === 'HEAD') return toHead(reply)
  if (literal === undefined) return compressWhole(await collectReply(reply), options)
  const bytes = isBytes(literal) ? toUint8Array(literal) : Buffer.from(literal ?? '')
  return compressWhole({ reply, bytes }, options)
}

async function compressWhole(
  { reply, bytes }: CollectedReply,
  options: CompressBufferedOptions,
): Promise<Reply> {
  const { encoding, isForced, settings } = options
  if (bytes.byteLength === 0 || isUntouchable(reply.headers) || !isWanted(reply, settings)) return reply
  const isLong = bytes.byteLength >= settings.threshold
  const made = isLong || isForced ? await new Compressor(encoding, settings.levels).end(bytes) : bytes
  if (made.byteLength >= bytes.byteLength && !isForced) {
    return withTold(reply, toVaryingHeaders(reply.headers))
  }
  const headers = toCompressedHeaders(reply.headers, encoding)
  // The server would say so of text, and does not see any.
  if (!headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8')
  return withBlocks(reply, toBlocks(made, made.byteLength), { headers })
}

// The type of text was not known before it was collected; that of other bytes is still not.
function isWanted({ headers, blocks }: Reply, { types }: CompressSettings): boolean {
  const type = headers.get('content-type') ?? (typeof blocks.literal === 'string' ? 'text/plain' : '')
  // Whether events are wanted was decided before.
  return isCompressible(type, [...types, 'text/event-stream'])
}

function toHead(reply: Reply): Reply {
  // Never asked for; it only has no length that would be told.
  return withBlocks(
    reply,
    toBlocks(() => []),
    { headers: toChangeableHeaders(reply.headers) },
  )
}
