import type { FirstBlock } from '../../delivery/sink.ts'
import type { Delivery } from '../../delivery/pump-plan.ts'
import { Reply } from '../../reply/reply.ts'
import type { ReplyInit, ReplyOptions } from '../../reply/reply-options.ts'
import { blocksOf, withBlocks } from '../../reply/with-blocks.ts'
import { followSource, isUntouchable, setChangeable, setCompressed, setVarying } from './compressed-head.ts'
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
 * where that has a thread for it. Status, trailers, `onClose` and `delivery` are forwarded, and what the source changes in
 * the head before its first block (G3); a heartbeat and the last block of `onError` are compressed with the rest.
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
    begin: (content, isCommitted) => toCompressor(begin(heads, options, { content, isCommitted })),
    report: (fault) => faults.push(fault),
  }
  const blocks = new EncodedBlocks({
    encoded: new CompressedBlocks(plan),
    plain: new PlainBlocks(plan.blocks),
    isOffered: () => made.outgoing === made,
    begin: ({ content }) => begin(heads, options, { content, isCommitted: content === 'unknown' }),
    heartbeat,
    onError,
  })
  blocks.onClose(() => {
    if (faults.length > 0) throw faults[0]
  })
  const made = withoutPumpBlocks(withBlocks(response, blocks, { headers, streaming: true }))
  const heads: Heads = { made, source: response instanceof Reply ? response.headers : undefined }
  if (response instanceof Reply) {
    response.leadTo(made, (outgoing) => {
      // A type that it is given now tells nothing of its first block: until that comes, the head is one that varies.
      if (options.isTyped) setChangeable(outgoing)
      else setVarying(outgoing)
      followSource(outgoing, response.headers)
    })
  }
  return made
}

interface Heads {
  readonly made: Reply
  /** That of the reply that the source knows; undefined where what it changes there is not followed. */
  readonly source: Headers | undefined
}

interface First {
  content: FirstBlock['content']
  isCommitted: boolean
}

// Decides what only the first block tells. The head that is sent may be that of a copy; one that has gone out, or that
// nobody here knows, stays as it is.
function begin(heads: Heads, options: StreamCompressedOptions, first: First): Coding | undefined {
  const { encoding, levels } = options
  if (!isEncoded(heads, options, first)) return undefined
  return { encoding, level: levels[encoding] ?? levelRanges[encoding][2] }
}

// True where the body is to be encoded; the head says so then.
function isEncoded({ made, source }: Heads, options: StreamCompressedOptions, first: First): boolean {
  const { encoding, isTyped } = options
  const headers = made.outgoing?.headers
  // It may be in this encoding already, by the source.
  if (!headers) return isTyped && source?.get('content-encoding') !== encoding
  if (source && isUntouchable(source)) return false
  if (isTyped) return staysEncoded(headers, encoding, first)
  return !first.isCommitted && first.content === 'text' && becomesEncoded(headers, encoding)
}

// False also where the source has meanwhile taken the encoding out of the head.
function staysEncoded(headers: Headers, encoding: Encoding, { content, isCommitted }: First): boolean {
  if (headers.get('content-encoding') !== encoding) return false
  if (isCommitted || content !== 'empty') return true
  headers.delete('content-encoding')
  return false
}

function becomesEncoded(headers: Headers, encoding: Encoding): boolean {
  if (headers.has('content-encoding') || headers.has('content-type')) return false
  setCompressed(headers, encoding)
  headers.set('content-type', 'text/plain;charset=UTF-8')
  if (!headers.has('x-content-type-options')) headers.set('x-content-type-options', 'nosniff')
  return true
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
