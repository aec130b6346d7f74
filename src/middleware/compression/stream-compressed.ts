import type { FirstBlock } from '../../delivery/sink.ts'
import type { Delivery } from '../../delivery/pump-plan.ts'
import { Reply } from '../../reply/reply.ts'
import type { ReplyInit, ReplyOptions } from '../../reply/reply-options.ts'
import { blocksOf, withBlocks } from '../../reply/with-blocks.ts'
import { toCompressedHeaders } from './compressed-head.ts'
import { type Coding, EncodedBlocks } from '../../reply/selection/encoded-blocks.ts'
import { CompressedBlocks, type CompressionPlan } from './blocks/compressed-blocks.ts'
import { Compressor, levelRanges, type Levels } from './blocks/compressor.ts'
import { PlainBlocks } from './blocks/plain-blocks.ts'
import type { Encoding } from '../../reply/selection/negotiate-encoding.ts'

export interface StreamCompressedOptions {
  readonly encoding: Encoding
  readonly levels: Levels
  /** For a reply that does not say. */
  readonly delivery: Delivery
  /** False where the first block has to tell whether it is text. */
  readonly isTyped: boolean
  readonly headers: Headers
}

/**
 * A copy of a streamed reply whose blocks are compressed one by one, or by the turn, and never held; or by its sender,
 * where that has a thread for it. Status, trailers, `onClose` and `delivery` are forwarded; a heartbeat and the last block
 * of `onError` are compressed with the rest.
 */
export function streamCompressed(response: Response, options: StreamCompressedOptions): Reply {
  const { headers, delivery } = options
  const { commit, heartbeat, onError } = response instanceof Reply ? response.options : {}
  const own = response instanceof Reply ? (response.options.delivery ?? delivery) : delivery
  const faults: unknown[] = []
  const plan: CompressionPlan = {
    blocks: blocksOf(response),
    delivery: own,
    isCommitted: commit === 'now',
    heartbeat,
    onError,
    begin: (content, isCommitted) => toCompressor(begin(made, options, { content, isCommitted })),
    report: (fault) => faults.push(fault),
  }
  const blocks = new EncodedBlocks({
    encoded: new CompressedBlocks(plan),
    plain: new PlainBlocks(plan.blocks),
    begin: ({ content }) => begin(made, options, { content, isCommitted: content === 'unknown' }),
    heartbeat,
    onError,
  })
  blocks.onClose(() => {
    if (faults.length > 0) throw faults[0]
  })
  const made = withoutPumpBlocks(withBlocks(response, blocks, { headers, streaming: true }))
  return made
}

interface First {
  content: FirstBlock['content']
  isCommitted: boolean
}

// Decides what only the first block tells. A head that has gone out, or that another host has taken, stays as it is.
function begin(made: Reply, options: StreamCompressedOptions, first: First): Coding | undefined {
  const { encoding, levels, isTyped } = options
  const { headers } = made
  const mayChange = !first.isCommitted && !made.bodyUsed && made.body?.locked !== true
  if (isTyped && first.content === 'empty' && mayChange) {
    headers.delete('content-encoding')
    return undefined
  }
  if (!isTyped && (first.content !== 'text' || !mayChange)) return undefined
  if (!isTyped) {
    toCompressedHeaders(headers, encoding).forEach((value, name) => headers.set(name, value))
    headers.set('content-type', 'text/plain;charset=UTF-8')
    if (!headers.has('x-content-type-options')) headers.set('x-content-type-options', 'nosniff')
  }
  return { encoding, level: levels[encoding] ?? levelRanges[encoding][2] }
}

function toCompressor(coding: Coding | undefined): Compressor | undefined {
  return coding && new Compressor(coding.encoding, { [coding.encoding]: coding.level })
}

// What the pump would send by itself is part of the encoding here; that there was an `onError` can still be seen.
function withoutPumpBlocks({ blocks, status, statusText, headers, options }: Reply): Reply {
  return new Reply(blocks, true, { ...toInit(options), status, statusText, headers })
}

function toInit({ commit, delivery, trailers, lastBlock, onClose, onError }: ReplyOptions): ReplyInit {
  return {
    ...(lastBlock && { lastBlock }),
    ...(onError && { onError: () => undefined }),
    ...(commit && { commit }),
    ...(delivery && { delivery }),
    ...(trailers && { trailers }),
    ...(onClose && { onClose }),
  }
}
