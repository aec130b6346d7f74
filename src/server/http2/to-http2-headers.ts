import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http2'
import { HEAD_LIMIT } from './http2-options.ts'

// RFC 9113 §8.2.2: they belong to one connection of HTTP/1.
const forbidden: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/**
 * Fields of a reply, names and values in turn, as node:http2 takes them: names in lower case, values that came apart
 * apart, and none that belong to a connection.
 * @throws TypeError for a line break or the like (G12): node:http2 would send it. RangeError for a head that is too long.
 */
export function toHttp2Headers(fields: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = {}
  Object.setPrototypeOf(headers, null)
  let size = 0
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = (fields[index] ?? '').toLowerCase()
    const value = (fields[index + 1] ?? '').trim()
    validateHeaderName(name)
    validateHeaderValue(name, value)
    size += name.length + value.length
    if (!isForbidden(name, value)) add(headers, name, value)
  }
  if (size <= HEAD_LIMIT) return headers
  throw new RangeError(
    `Cannot send a head of ${size} bytes: ${HEAD_LIMIT} are the most; no client takes as much`,
  )
}

function isForbidden(name: string, value: string): boolean {
  return forbidden.has(name) || (name === 'te' && value.toLowerCase() !== 'trailers')
}

function add(headers: Record<string, string | string[]>, name: string, value: string): void {
  const before = headers[name]
  if (before === undefined) headers[name] = value
  else if (Array.isArray(before)) before.push(value)
  else headers[name] = [before, value]
}
