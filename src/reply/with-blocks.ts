import { type Blocks, toBlocks } from '../body/blocks.ts'
import { throwTogether } from '../body/run-closers.ts'
import { Reply } from './reply.ts'
import type { ReplyInit, ReplyOptions } from './reply-options.ts'

/** What else is another than in the reply that is copied. */
export interface WithBlocksChange {
  status?: number
  headers?: Headers
  streaming?: boolean
}

/**
 * A copy of a reply with another body. What is not changed is forwarded: head, options, whether it is streamed. The
 * body that it replaces is closed after the new one, read or not, for the same reason (G5).
 */
export function withBlocks(response: Response, blocks: Blocks, change: WithBlocksChange = {}): Reply {
  const previous = blocksOf(response)
  blocks.onClose((reason) => closeReplaced(previous, reason))
  const { status = response.status, headers = new Headers(response.headers) } = change
  const statusText = status === response.status ? response.statusText : ''
  const { streaming = isStreaming(response) } = change
  const options = response instanceof Reply ? toInit(response.options) : {}
  return new Reply(blocks, streaming, { ...options, status, statusText, headers })
}

// Text and bytes that nobody has begun to read may be sent again, and hold nothing open but what others have hung on them.
async function closeReplaced(blocks: Blocks, reason: unknown): Promise<void> {
  const { literal, hasClosers, started } = blocks
  if (literal !== undefined && !hasClosers && !started) return
  throwTogether(await blocks.close(reason))
}

/** A copy of a reply without its body, which is closed unread when the copy is. */
export function withoutBody(response: Response, status: number, headers: Headers): Reply {
  // Not a literal: that has nothing to close.
  return withBlocks(response, toBlocks([], 0), { status, headers, streaming: true })
}

// A stream can be read by one only, so a web response has its blocks made once.
const foreign = new WeakMap<Response, Blocks>()

/** The blocks of whatever response, the same each time. */
export function blocksOf(response: Response): Blocks {
  if (response instanceof Reply) return response.blocks
  const blocks = foreign.get(response) ?? toBlocks(response.body)
  foreign.set(response, blocks)
  return blocks
}

/** True when the body is sent while it is made. A web `Response` of another make is taken to be. */
export function isStreaming(response: Response): boolean {
  return response instanceof Reply ? response.streaming : response.body !== null
}

function toInit(options: ReplyOptions): ReplyInit {
  const { commit, delivery, trailers, onError, lastBlock, onClose, heartbeat, maxBytes } = options
  return {
    ...(commit && { commit }),
    ...(delivery && { delivery }),
    ...(trailers && { trailers }),
    ...(onError && { onError }),
    ...(lastBlock && { lastBlock }),
    ...(onClose && { onClose }),
    ...(heartbeat && { heartbeat }),
    ...(maxBytes !== undefined && { maxBytes }),
  }
}
