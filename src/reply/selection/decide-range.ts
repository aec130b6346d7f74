import parseRange from 'range-parser'
import type { RequestHead } from './decide-conditions.ts'
import { isSameBytes, parseEntityTag } from './entity-tag.ts'
import { parseHttpDate } from './parse-http-date.ts'

/** Bytes from `start` up to, and without, `end`. */
export interface Part {
  readonly start: number
  readonly end: number
}

/** Which bytes of a representation a request asks for. */
export type RangeChoice =
  | { kind: 'whole' }
  | { kind: 'part'; part: Part }
  | { kind: 'parts'; parts: readonly Part[] }
  | { kind: 'unsatisfiable' }

/** What is known of the representation. */
export interface RangeFacts {
  /** Bytes of the whole. */
  readonly size: number
  readonly etag: string | null
  readonly lastModified: string | null
  /** Milliseconds since 1970; the clock by default. */
  readonly now?: number
}

// RFC 9110 §14.2 and §17.15: a list of many ranges is an attack rather than a wish.
const MOST_RANGES = 32

// RFC 9110 §14.1.1: a range of bytes, or the last so many.
const specForm = /^(?:\d+-\d*|-\d+)$/

const whole: RangeChoice = { kind: 'whole' }

/**
 * Decides which bytes to send. `Range` counts for `GET` alone (RFC 9110 §14.2); what is malformed, of another unit, of
 * more than 32 ranges, or outdated by `If-Range` is ignored, and so is any range of an empty representation. Ranges
 * that touch or overlap are joined; the order is that of the request.
 */
export function decideRange({ method, headers }: RequestHead, facts: RangeFacts): RangeChoice {
  const field = headers.get('range')
  if (field === null || method !== 'GET' || facts.size === 0) return whole
  const specs = parseSpecs(field, facts.size)
  if (!specs || !isUpToDate(headers.get('if-range'), facts)) return whole
  const found = parseRange(facts.size, `bytes=${specs.join(',')}`, { combine: true })
  if (!Array.isArray(found)) return { kind: 'unsatisfiable' }
  const parts = found.map(({ start, end }) => ({ start, end: end + 1 }))
  const [part] = parts
  return parts.length === 1 && part ? { kind: 'part', part } : { kind: 'parts', parts }
}

// Undefined for a list to ignore; empty elements are taken, as RFC 9110 §5.6.1.2 asks.
function parseSpecs(field: string, size: number): string[] | undefined {
  if (!/^bytes=/i.test(field)) return undefined
  const specs: string[] = []
  for (const element of field.slice('bytes='.length).split(',')) {
    const spec = element.trim()
    if (spec === '') continue
    if (!specForm.test(spec) || isBackwards(spec) || specs.length === MOST_RANGES) return undefined
    // RFC 9110 §14.1.2: a suffix that is longer than the whole is the whole.
    specs.push(spec.startsWith('-') && Number(spec.slice(1)) > size ? `-${size}` : spec)
  }
  return specs.length > 0 ? specs : undefined
}

// RFC 9110 §14.1.1: a last position before the first makes the whole field invalid.
function isBackwards(spec: string): boolean {
  const [first = '', last = ''] = spec.split('-')
  return first !== '' && last !== '' && Number(last) < Number(first)
}

// RFC 9110 §13.1.5: a strong tag, or the date itself where it is a strong validator.
function isUpToDate(field: string | null, { etag, lastModified, now = Date.now() }: RangeFacts): boolean {
  if (field === null) return true
  const asked = parseEntityTag(field)
  if (asked) {
    const tag = parseEntityTag(etag ?? '')
    return tag !== undefined && isSameBytes(asked, tag)
  }
  const date = parseHttpDate(field)
  return date !== undefined && date === parseHttpDate(lastModified ?? '') && isSettled(date, now)
}

// Two changes in one second look the same until it is over; clocks of two machines differ by a little.
const SETTLING = 2000

/** True when a date is old enough to tell one version from the next (RFC 9110 §8.8.2.2). */
export function isSettled(date: number, now = Date.now()): boolean {
  return now - date >= SETTLING
}
