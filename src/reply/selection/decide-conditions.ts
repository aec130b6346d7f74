import { type EntityTag, isSameBytes, isSameMeaning, parseEntityTag, parseEntityTags } from './entity-tag.ts'
import { parseHttpDate } from './parse-http-date.ts'

/** The part of a request that a reply is chosen by; a `Context` and a web `Request` are both one. */
export interface RequestHead {
  readonly method: string
  readonly headers: Headers
}

/** What is known of the resource as it is now. */
export interface Validators {
  /** As in an `ETag` field: `"1a"` or `W/"1a"`. */
  readonly etag?: string | null | undefined
  readonly lastModified?: Date | string | null | undefined
  /** Whether there is the resource; true by default. `If-None-Match: *` asks for one that there is not. */
  readonly exists?: boolean
}

/** What the preconditions of a request say: go on, 304, or 412. */
export type Verdict = { kind: 'proceed' } | { kind: 'not-modified' } | { kind: 'failed' }

const proceed: Verdict = { kind: 'proceed' }
const failed: Verdict = { kind: 'failed' }
const notModified: Verdict = { kind: 'not-modified' }

/**
 * Evaluates `If-Match`, `If-Unmodified-Since`, `If-None-Match` and `If-Modified-Since`, in the order of RFC 9110
 * §13.2.2. For a method that changes something, ask before it is done. A date that is none is ignored.
 */
export function decideConditions({ method, headers }: RequestHead, validators: Validators): Verdict {
  const state = toState(validators)
  if (!passesMatch(headers, state)) return failed
  const isRead = method === 'GET' || method === 'HEAD'
  const noneMatch = headers.get('if-none-match')
  if (noneMatch !== null && matches(noneMatch, state, isSameMeaning)) return isRead ? notModified : failed
  // RFC 9110 §13.1.3: If-Modified-Since is ignored where there is an If-None-Match, and for other methods.
  if (noneMatch !== null || !isRead) return proceed
  const since = toDate(headers.get('if-modified-since'))
  const isUnchanged = since !== undefined && state.date !== undefined && state.date <= since
  return isUnchanged ? notModified : proceed
}

interface State {
  readonly exists: boolean
  readonly tag: EntityTag | undefined
  /** Milliseconds since 1970, in whole seconds as dates of HTTP are. */
  readonly date: number | undefined
}

function toState({ etag, lastModified, exists = true }: Validators): State {
  return { exists, tag: parseEntityTag(etag ?? ''), date: toDate(lastModified) }
}

function toDate(value: Date | string | null | undefined): number | undefined {
  if (typeof value === 'string') return parseHttpDate(value)
  return value ? Math.floor(value.getTime() / 1000) * 1000 : undefined
}

// RFC 9110 §13.1.4: If-Unmodified-Since is ignored where there is an If-Match.
function passesMatch(headers: Headers, state: State): boolean {
  const match = headers.get('if-match')
  if (match !== null) return matches(match, state, isSameBytes)
  const since = toDate(headers.get('if-unmodified-since'))
  return since === undefined || state.date === undefined || state.date <= since
}

function matches(list: string, { exists, tag }: State, isSame: typeof isSameBytes): boolean {
  if (list.trim() === '*') return exists
  return tag !== undefined && parseEntityTags(list).some((one) => isSame(one, tag))
}
