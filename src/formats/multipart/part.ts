import { create as createDisposition } from 'content-disposition'
import type { Blocks } from '../../body/blocks.ts'
import { isBlob } from '../../body/source.ts'
import { type HeadersInput, parseContentLength } from '../../reply/head.ts'
import type { NestedBody, NestedItem } from '../archive/nested-bodies.ts'

/** A part of a body of several: a head of its own, and a body. */
export interface Part {
  /** Content type of the part; that of a `Blob` or a reply unless told, else none. */
  type?: string
  /** Further fields of its head. */
  headers?: HeadersInput
  /** Name under which a client saves it (RFC 6266, RFC 8187). */
  filename?: string
  /** Its body: whatever a reply can have, or a reply, whose headers are the part's. Nothing unless told. */
  body?: NestedBody
}

/** A part as it is sent. */
export interface HeadedPart extends NestedItem {
  /** Its fields as text, up to the empty line that ends them; without the Content-Length. */
  readonly head: string
  /** The bytes of its Content-Length, where it has one. */
  readonly size: number | undefined
  readonly number: number
}

/**
 * Checks the head of a part, and makes it text.
 * @throws TypeError for CR, LF or NUL in a value, for a name that is not a token (G12), and for a Content-Length that is
 * no number of bytes (G6).
 */
export function toHeadedPart(part: Part | Response, number: number, blocks: Blocks): HeadedPart {
  try {
    const headers = toPartHeaders(part)
    const size = parseContentLength(headers)
    headers.delete('content-length')
    return { head: formatPartHead(headers), size, number, blocks }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`Cannot write the head of part ${number}: ${reason}`, { cause })
  }
}

/** The fields of a head as text, up to the empty line that ends them (RFC 2046 §5.1). */
export function formatPartHead(headers: Headers): string {
  let text = ''
  for (const [name, value] of headers) text += `${toTitleCase(name)}: ${value}\r\n`
  return text + '\r\n'
}

// Field names have no case, but not every reader of mail knows.
function toTitleCase(name: string): string {
  return name.replace(/(?<![^-])[a-z]/g, (letter) => letter.toUpperCase())
}

function toPartHeaders(part: Part | Response): Headers {
  if (part instanceof Response) return new Headers(part.headers)
  const { type, headers, filename, body } = part
  const made = body instanceof Response ? new Headers(body.headers) : new Headers()
  for (const [name, value] of toCheckedHeaders(headers)) made.set(name, value)
  if (type !== undefined) made.set('content-type', refuseBreaks(type))
  else if (!made.has('content-type') && isTypedBlob(body)) made.set('content-type', body.type)
  if (filename !== undefined) made.set('content-disposition', createDisposition(filename.toWellFormed()))
  return made
}

function isTypedBlob(body: unknown): body is { readonly type: string } {
  return typeof body === 'object' && body !== null && isBlob(body) && Reflect.get(body, 'type') !== ''
}

function toCheckedHeaders(headers: HeadersInput = {}): Headers {
  const made = new Headers()
  const pairs = Symbol.iterator in headers ? headers : Object.entries(headers)
  for (const [name, value] of pairs) made.append(String(name), refuseBreaks(value))
  return made
}

// `Headers` strips breaks from the ends of a value; here they are refused wherever they stand.
function refuseBreaks(value: unknown): string {
  const text = String(value)
  if (!/[\r\n\0]/.test(text)) return text
  throw new TypeError(`the value ${JSON.stringify(text)} has CR, LF or NUL; leave them out`)
}
