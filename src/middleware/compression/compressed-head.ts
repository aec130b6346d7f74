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
  const headers = new Headers(original)
  setCompressed(headers, encoding)
  return headers
}

/** The same where the head is. */
export function setCompressed(headers: Headers, encoding: Encoding): void {
  setChangeable(headers)
  headers.set('content-encoding', encoding)
}

/** The same where it is not known yet whether it will be compressed, as for `HEAD`. */
export function toChangeableHeaders(original: Headers): Headers {
  const headers = new Headers(original)
  setChangeable(headers)
  return headers
}

/** The same where the head is. */
export function setChangeable(headers: Headers): void {
  setVarying(headers)
  for (const name of aboutBytes) headers.delete(name)
  weaken(headers)
}

/** True where nobody may encode the body: it is encoded already, or must stay as it is (RFC 9111 §5.2.2.6). */
export function isUntouchable(headers: Headers): boolean {
  if (ownEncodingOf(headers) !== undefined) return true
  return /(?:^|[\s,])no-transform(?:$|[\s,])/i.test(headers.get('cache-control') ?? '')
}

/** Takes back what a head says of an encoding where that of the source says meanwhile that nobody may add one. */
export function followSource(headers: Headers, source: Headers): void {
  if (!isUntouchable(source)) return
  const own = ownEncodingOf(source)
  if (own === undefined) headers.delete('content-encoding')
  else if (headers.get('content-encoding') !== own) headers.set('content-encoding', own)
}

// Undefined for none.
function ownEncodingOf(headers: Headers): string | undefined {
  const told = headers.get('content-encoding') ?? 'identity'
  return told.toLowerCase() === 'identity' ? undefined : told
}

/** Tells caches that another `Accept-Encoding` gets another reply (RFC 9110 §12.5.5). */
export function toVaryingHeaders(original: Headers): Headers {
  const headers = new Headers(original)
  setVarying(headers)
  return headers
}

/** The same where the head is. */
export function setVarying(headers: Headers): void {
  const names = (headers.get('vary') ?? '').toLowerCase().split(',')
  const isTold = names.some((name) => ['*', 'accept-encoding'].includes(name.trim()))
  if (!isTold) headers.append('vary', 'Accept-Encoding')
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
