import { isBodiless, type Framing } from '../../delivery/framing.ts'
import { FramingFault, quote } from './framing-fault.ts'
import { toList, type StatusLine } from './parse-status-line.ts'

type Fields = readonly (readonly [name: string, value: string])[]

/** What the framing of a reply depends on. */
export interface ReplyFacts extends StatusLine {
  readonly fields: Fields
  /** Of the request. */
  readonly method: string
  /** Of the request. */
  readonly protocol: 'HTTP/1.0' | 'HTTP/1.1'
}

/** How the body of a reply says where it ends, in the order of RFC 9112 §6.3. Throws where the head says it in two ways. */
export function toReplyFraming({ version, status, fields, method }: ReplyFacts): Framing {
  if (method === 'HEAD' || isBodiless(status)) return { kind: 'none' }
  const lengths = fields.filter(([name]) => name === 'content-length')
  if (fields.some(([name]) => name === 'transfer-encoding')) {
    if (lengths.length > 0) throw new FramingFault('The head has both Transfer-Encoding and Content-Length')
    // RFC 9112 §6.1: such a message is to be treated as if its framing were faulty.
    if (version === '1.0') throw new FramingFault('A reply of HTTP/1.0 has a Transfer-Encoding')
    return toCodingFraming(toList(fields, 'transfer-encoding'))
  }
  if (lengths.length > 1) throw new FramingFault(`The head has Content-Length ${lengths.length} times`)
  const [length] = lengths
  return length === undefined ? { kind: 'close' } : { kind: 'length', bytes: parseLength(length[1]) }
}

function toCodingFraming(codings: readonly string[]): Framing {
  const at = codings.indexOf('chunked')
  if (at === -1) return { kind: 'close' }
  if (at !== codings.length - 1)
    throw new FramingFault(`Transfer-Encoding is ${quote(codings.join(', '))}: chunked is not the last, once`)
  return { kind: 'chunked' }
}

function parseLength(value: string): number {
  const bytes = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(bytes))
    throw new FramingFault(`Content-Length is ${quote(value)}, not a number of bytes`)
  return bytes
}

/** True when the connection may be used for another request after this reply (RFC 9112 §9.3). */
export function isPersistent({ version, protocol, fields }: ReplyFacts, framing: Framing): boolean {
  if (framing.kind === 'close') return false
  const options = toList(fields, 'connection')
  const isUsual = version === '1.1' && protocol === 'HTTP/1.1'
  return !options.includes('close') && (isUsual || options.includes('keep-alive'))
}
