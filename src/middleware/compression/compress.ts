import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../gateway/handler.ts'
import { toReply } from '../../gateway/to-reply.ts'
import { HttpError } from '../../reply/http-error.ts'
import { Reply } from '../../reply/reply.ts'
import { forRequest } from '../../reply/selection/file-reply.ts'
import { compressBuffered } from './compress-buffered.ts'
import { type CompressOptions, toCompressSettings } from './compress-options.ts'
import { toCompressedHeaders, toUnmodifiedHeaders, toVaryingHeaders } from './compressed-head.ts'
import { type CompressionFacts, decideCompression } from './decide-compression.ts'
import { negotiateEncoding } from '../../reply/selection/negotiate-encoding.ts'
import { streamCompressed } from './stream-compressed.ts'
import { withHeaders } from './with-headers.ts'

/**
 * Compresses replies in the encoding that suits the client best, and never holds a block: each leaves, decodable, before
 * the source is asked for the next (G1, G11); by the turn, blocks that are ready together are compressed together.
 * Behind a transmitter thread it is the transmitter that compresses, so that a block costs the application no more than
 * without; unless a middleware further out reads the blocks. Buffered replies are compressed whole where that makes them
 * smaller. Put it outside `conditional()`.
 * @throws HttpError 406, before the handler is called, for a client that takes neither an encoding nor none (RFC 9110
 * §12.5.3).
 */
export function compress(options: CompressOptions = {}): Middleware {
  const settings = toCompressSettings(options)
  return (handler) => async (context) => {
    const accept = context.headers.get('accept-encoding')
    const negotiated = negotiateEncoding(accept, settings.encodings)
    if (negotiated.kind === 'refused') {
      const message = `None of identity, ${settings.encodings.join(', ')} is accepted`
      throw new HttpError(406, message, { headers: { vary: 'Accept-Encoding' } })
    }
    // A file decides by the request what it is: a range, nothing new, or all of it.
    const response = forRequest(toReply(await handler(context), false), context)
    return apply({ response, context, settings, negotiated })
  }
}

function apply(facts: CompressionFacts): Response | Promise<Response> {
  const { response, context, settings } = facts
  const { headers } = response
  const { levels } = settings
  const { method, transport } = context
  const decision = decideCompression(facts)
  switch (decision.kind) {
    case 'leave':
      return response
    case 'unmodified':
      return withHeaders(response, toUnmodifiedHeaders(headers, ifNoneMatchOf(context)))
    case 'vary':
      return withHeaders(response, toVaryingHeaders(headers))
    case 'buffered':
      return response instanceof Reply
        ? compressBuffered(response, { ...decision, settings, method })
        : response
    case 'streamed':
    case 'untyped': {
      const isTyped = decision.kind === 'streamed'
      const { encoding } = decision
      const head = isTyped ? toCompressedHeaders(headers, encoding) : toVaryingHeaders(headers)
      const { delivery } = transport
      return streamCompressed(response, { encoding, levels, delivery, isTyped, headers: head })
    }
  }
}

function ifNoneMatchOf({ headers }: Context): string | null {
  return headers.get('if-none-match')
}
