import { STATUS_CODES } from 'node:http'
import { toTargetText } from '../../limits/check-head.ts'
import { type Limits, toLimits } from '../../limits/limits.ts'

/** What node:http tells of bytes that it cannot read. */
export interface ParseError extends Error {
  readonly code?: string
  /** What has come last. */
  readonly rawPacket?: Uint8Array
  /** How much of that was read. */
  readonly bytesParsed?: number
}

interface Answer {
  readonly status: number
  readonly text: string
}

// By the codes of Node's parser. Those that are not here are 400, and it says what it has met.
const answers: ReadonlyMap<string, (error: ParseError, limits: Limits) => Answer> = new Map([
  ['HPE_HEADER_OVERFLOW', explainOverflow],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    () => ({ status: 413, text: 'Cannot take a chunk whose extensions are so long: send it without them' }),
  ],
])

const defaults = toLimits()

/**
 * The whole reply to what is no request, as text for the socket; the connection is to be closed after it. Undefined
 * where nobody is there to read it.
 */
export function answerParseError(error: ParseError, limits = defaults): string | undefined {
  const { code = '' } = error
  // The client has closed its side in the middle of a request, or all of the connection.
  if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return undefined
  const { status, text } = (answers.get(code) ?? explain)(error, limits)
  return formatError(status, text)
}

/** A reply that ends its connection, as it goes over the socket. */
export function formatError(status: number, text: string): string {
  const reason = STATUS_CODES[status] ?? ''
  const body = `${status} ${reason}: ${text}\n`
  const head = [`HTTP/1.1 ${status} ${reason}`, 'Connection: close', 'Content-Type: text/plain;charset=UTF-8']
  return [...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

// The parser counts the bytes of the head and its fields, and does not say which of them were too many.
function explainOverflow(error: ParseError, { maxHeadBytes, maxHeaders, maxTargetBytes }: Limits): Answer {
  // Where a head may not have as much as a target, it is the head that is too large.
  if (maxTargetBytes <= maxHeadBytes && isInTarget(error))
    return { status: 414, text: toTargetText(maxTargetBytes) }
  const most = `${maxHeadBytes} bytes or ${maxHeaders} fields`
  return {
    status: 431,
    text: `Cannot take a head of more than ${most}: send less, or raise maxHeadBytes or maxHeaders`,
  }
}

// Where what was read begins or ends with the packet, nobody can tell a target from the value of a field.
function isInTarget({ rawPacket = new Uint8Array(0), bytesParsed = 0 }: ParseError): boolean {
  const text = Buffer.from(rawPacket).toString('latin1')
  const line = text.slice(text.lastIndexOf('\n', bytesParsed - 1) + 1, bytesParsed)
  return /^[A-Z]+ [^ ]+$/.test(line) || /^ HTTP\/1\.[01]\r\n/.test(text.slice(bytesParsed))
}

function explain({ code, message, rawPacket = new Uint8Array(0) }: ParseError): Answer {
  // RFC 9110 §9.1: a method that is well-formed, and that nobody knows.
  const start = Buffer.from(rawPacket.subarray(0, 100)).toString('latin1')
  if (code === 'HPE_INVALID_METHOD' && /^[A-Z]+ [!-~]+ HTTP\/1\.[01]\r\n/.test(start))
    return { status: 501, text: 'Cannot use the method of the request: there is none of that name' }
  const what = message.replace(/^Parse Error:?\s*/, '').replace(/[^ -~]/g, '?')
  return { status: 400, text: `Cannot read the request: ${what || 'it is malformed'}` }
}
