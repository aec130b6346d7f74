import { hash } from 'node:crypto'
import { isBytes, toUint8Array } from '../body/block.ts'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../gateway/handler.ts'
import { toReply } from '../gateway/to-reply.ts'
import { Reply } from '../reply/reply.ts'
import { decideConditions } from '../reply/selection/decide-conditions.ts'
import { formatEntityTag } from '../reply/selection/entity-tag.ts'
import { FileReply, toBarredHeaders, toUnmodifiedHeaders } from '../reply/selection/file-reply.ts'
import { withoutBody } from '../reply/with-blocks.ts'
import { collectReply } from './collected-reply.ts'

/**
 * Answers conditional `GET` and `HEAD` requests with 304 and 412 where a reply of status 2xx has an `ETag` or
 * `Last-Modified`, and gives buffered replies without an `ETag` a strong one of their bytes. A streamed reply is never
 * collected: it is sent as it is unless it brings a validator of its own; a body that has to be made is not made for
 * `HEAD`. Files look after themselves. For methods that change something it comes too late: call
 * `decideConditions()` before the change.
 */
export function conditional(): Middleware {
  return (handler) => async (context) => {
    const response = toReply(await handler(context), false)
    const isRead = context.method === 'GET' || context.method === 'HEAD'
    if (!isRead || response.status < 200 || response.status > 299) return response
    return response instanceof FileReply ? response : decide(await tag(response, context), context)
  }
}

function decide(response: Response, context: Context): Response {
  const { headers } = response
  const validators = { etag: headers.get('etag'), lastModified: headers.get('last-modified') }
  const { kind } = decideConditions(context, validators)
  if (kind === 'not-modified') return withoutBody(response, 304, toUnmodifiedHeaders(headers))
  return kind === 'failed' ? withoutBody(response, 412, toBarredHeaders(headers)) : response
}

async function tag(response: Response, { method }: Context): Promise<Response> {
  if (!(response instanceof Reply) || response.streaming || response.headers.has('etag')) return response
  if (response.status === 204) return response
  const { literal } = response.blocks
  if (literal === undefined && method === 'HEAD') return response
  if (literal === undefined) return withTag(await collectReply(response))
  const bytes = isBytes(literal) ? toUint8Array(literal) : Buffer.from(literal ?? '')
  return withTag({ reply: response, bytes })
}

function withTag({ reply, bytes }: { reply: Reply; bytes: Uint8Array }): Reply {
  const opaque = hash('sha256', bytes, 'base64url').slice(0, 27)
  reply.headers.set('etag', formatEntityTag({ opaque, isWeak: false }))
  return reply
}
