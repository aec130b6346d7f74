import type { OutgoingHttpHeaders } from 'node:http2'
import type { OutgoingRequest } from '../connection.ts'

// RFC 9113 §8.2.2: these speak of a connection of HTTP/1, and make a request malformed.
const connectionFields = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** The fields of a request as HTTP/2 has them: Host is `:authority`, and those of the connection are left out. */
export function toHttp2Fields(request: OutgoingRequest, scheme: 'http' | 'https'): OutgoingHttpHeaders {
  const { method, target, authority, fields = [], body } = request
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of fields) {
    const key = name.toLowerCase()
    if (key === 'host' || connectionFields.has(key)) continue
    const before = headers[key]
    headers[key] = before === undefined ? value : [before, value].flat()
  }
  const host = fields.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const length =
    body === undefined || 'content-length' in headers ? {} : { 'content-length': String(body.byteLength) }
  return {
    ':method': method,
    ':scheme': scheme,
    ':authority': host ?? authority,
    ':path': target,
    ...headers,
    ...length,
  }
}
