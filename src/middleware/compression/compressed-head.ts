import { parseEntityTag, parseEntityTags, formatEntityTag } from '../../reply/selection/entity-tag.ts'
import type { Encoding } from '../../reply/selection/negotiate-encoding.ts'

// What was true of other bytes (RFC 9530, RFC 3230, RFC 1864).
const aboutBytes = [
  'content-length',
  'accept-ranges',
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
] as const

/** Makes of a head that of the compressed body: a strong entity tag becomes weak (RFC 9110 §8.8.1). */
export function toCompressedHeaders(original: Headers, encoding: Encoding): Headers {
  const headers = toChangeableHeaders(original)
  headers.set('content-encoding', encoding)
  return headers
}

/** The same where it is not known yet whether it will be compressed, as for `HEAD`. */
export function toChangeableHeaders(original: Headers): Headers {
  const headers = toVaryingHeaders(original)
  for (const name of aboutBytes) headers.delete(name)
  weaken(headers)
  return headers
}

/** Tells caches that another `Accept-Encoding` gets another reply (RFC 9110 §12.5.5). */
export function toVaryingHeaders(original: Headers): Headers {
  const headers = new Headers(original)
  const names = (headers.get('vary') ?? '').toLowerCase().split(',')
  const isTold = names.some((name) => ['*', 'accept-encoding'].includes(name.trim()))
  if (!isTold) headers.append('vary', 'Accept-Encoding')
  return headers
}

/** The head of a 304: the tag is weak where that is what the client has (RFC 9110 §15.4.5). */
export function toUnmodifiedHeaders(original: Headers, ifNoneMatch: string | null): Headers {
  const headers = toVaryingHeaders(original)
  const opaque = parseEntityTag(headers.get('etag') ?? '')?.opaque
  const held = parseEntityTags(ifNoneMatch ?? '').find((tag) => tag.opaque === opaque)
  if (held?.isWeak) weaken(headers)
  return headers
}

function weaken(headers: Headers): void {
  const tag = parseEntityTag(headers.get('etag') ?? '')
  if (tag) headers.set('etag', formatEntityTag({ ...tag, isWeak: true }))
}
