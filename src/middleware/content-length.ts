import { isBodiless } from '../delivery/framing.ts'
import type { Middleware } from '../gateway/handler.ts'
import { toReply } from '../gateway/to-reply.ts'
import { Reply } from '../reply/reply.ts'
import { collectReply } from './collected-reply.ts'

/**
 * Adds Content-Length to buffered replies that have none, for whoever comes after: other middleware, other hosts;
 * millrace's server does it by itself. A streamed reply is left alone, and a length that is there is kept. For `HEAD`
 * the body is not made: only a length that is known is told.
 */
export function contentLength(): Middleware {
  return (handler) => async (context) => {
    const response = toReply(await handler(context), false)
    if (!(response instanceof Reply) || response.streaming) return response
    if (response.headers.has('content-length') || isBodiless(response.status)) return response
    const { length, literal } = response.blocks
    const isKnown = length !== undefined || literal !== undefined || context.method === 'HEAD'
    const reply = isKnown ? response : (await collectReply(response)).reply
    if (reply.blocks.length !== undefined) reply.headers.set('content-length', String(reply.blocks.length))
    return reply
  }
}
