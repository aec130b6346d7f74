import { toBlocks } from '../../body/blocks.ts'
import { isSealed } from '../../reply/head.ts'
import { Reply } from '../../reply/reply.ts'
import { withBlocks } from '../../reply/with-blocks.ts'

/**
 * A response with another `Vary` and `ETag`. A reply is changed where it is, so that it stays what it is, a file for example;
 * text and bytes that were sent before, and are sent again, are copied.
 */
export function withHeaders(response: Response, headers: Headers): Response {
  if (response instanceof Reply) return withTold(response, headers)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers })
}

/** The same of a reply. */
export function withTold(reply: Reply, headers: Headers): Reply {
  const { literal } = reply.blocks
  for (const name of ['vary', 'etag']) {
    const value = headers.get(name)
    if (value === null || value === reply.headers.get(name)) continue
    if (isSealed(reply.headers) && literal !== undefined)
      return withBlocks(reply, toBlocks(literal), { headers })
    reply.headers.set(name, value)
  }
  return reply
}
