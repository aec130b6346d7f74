import { toBlocks } from '../../body/blocks.ts'
import { makeOrClose, Reply } from '../../reply/reply.ts'
import { checkInitNames, type ReplyInit, replyInitNames } from '../../reply/reply-options.ts'
import { type Items, NestedBodies } from '../archive/nested-bodies.ts'
import { MultipartReader } from './multipart-reader.ts'
import { type HeadedPart, type Part, toHeadedPart } from './part.ts'

export interface MultipartInit extends ReplyInit {
  /**
   * What the parts are to each other: `mixed` unless told, `x-mixed-replace` where each takes the place of the one
   * before it (server push), `byteranges`, `related`, `form-data` …
   */
  subtype?: string
}

/** Parts as they come, one after the other; a reply can be a part, with its headers. */
export type Parts = Items<Part | Response>

/**
 * Several parts as one streamed reply, `multipart/mixed` unless told. A part is known to be whole as soon as it is: the
 * boundary that ends it leaves with its last block. In server push the head of the next part leaves with it too, since
 * browsers wait for that: give all parts the same head. A body that fails has no closing boundary (G4).
 * A part that has a Content-Length fails the body unless it is that long (G6); in push parts are sent without.
 * @throws TypeError for a part head with CR, LF, NUL or a bad name: at once where `parts` is a list, else from the body.
 */
export function multipart(parts: Parts, init: MultipartInit = {}): Reply {
  const nested = new NestedBodies<HeadedPart>(parts, toHeadedPart)
  const boundary = createBoundary()
  const headers = makeOrClose(nested, () => {
    checkInitNames(init, [...replyInitNames, 'subtype'])
    return toMultipartHeaders(init, boundary)
  })
  // Types have no case, and this one may have come with the headers.
  const isPush = /^multipart\/x-mixed-replace\s*;/i.test(headers.get('content-type') ?? '')
  const blocks = toBlocks(new MultipartReader(nested, { boundary, isPush }))
  return makeOrClose(blocks, () => {
    if (!isPush) return new Reply(blocks, true, { ...init, headers })
    // A picture of a moment ago is of no use to a cache; a front server is not to gather parts.
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    if (!headers.has('x-accel-buffering')) headers.set('x-accel-buffering', 'no')
    return new Reply(blocks, true, { delivery: 'block', ...init, headers })
  })
}

function toMultipartHeaders({ headers, subtype = 'mixed' }: MultipartInit, boundary: string): Headers {
  // RFC 6838 §4.2: the characters of a subtype.
  if (!/^[a-z\d][a-z\d!#$&^_.+-]{0,126}$/i.test(subtype)) {
    throw new TypeError(`Cannot send multipart/${subtype}: give a subtype such as mixed or x-mixed-replace`)
  }
  const made = new Headers(headers)
  const type = made.get('content-type') ?? `multipart/${subtype}`
  if (!/^multipart\//i.test(type) || /[;\s]boundary\s*=/i.test(type)) {
    throw new TypeError(`Cannot send parts as ${type}: give a type of multipart without its boundary`)
  }
  made.set('content-type', `${type}; boundary=${boundary}`)
  return made
}

/** 144 random bits from a cryptographic source: no part can hold them but by chance. */
function createBoundary(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url')
}
