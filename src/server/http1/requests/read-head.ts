// What node:http lets through of a request's head, and RFC 9112 does not. Each reading that a proxy in front might not
// share is a way to hide a second request in the first.
import type { IncomingMessage } from 'node:http'
import { HttpError } from '../../../reply/http-error.ts'
import { isAuthority } from './is-authority.ts'

/** What a server must know of a request's head. */
export interface RequestHead {
  readonly authority: string
  /** The path with the query, or `*`. */
  readonly target: string
  /** Bytes of the body that are announced; undefined where nothing is said of them. */
  readonly length: number | undefined
  readonly hasBody: boolean
  /** True when the client waits to be told to go on. */
  readonly expects: boolean
  /** True when nothing that follows is read: Node's parser loses bytes behind a request that asks for an upgrade. */
  readonly isLast: boolean
}

/** Nobody can tell for sure where the request ends: nothing that comes after it on its connection is read. */
export class FramingError extends HttpError {
  override readonly name = 'FramingError'
}

interface Fields {
  hosts: number
  host: string | undefined
  length: string | undefined
  codings: string | undefined
  expects: boolean
  upgrades: boolean
}

/**
 * Reads the head of a request that node:http has parsed.
 * @throws HttpError 400 for what RFC 9112 forbids; FramingError where the end of the request is in doubt.
 */
export function readHead({ rawHeaders, httpVersion, method, url = '/' }: IncomingMessage): RequestHead {
  const fields = readFields(rawHeaders)
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    throw new FramingError(400, `Cannot speak HTTP/${httpVersion}: use 1.1`)
  if (fields.codings !== undefined) checkCodings(fields.codings, fields.length, httpVersion)
  const length = fields.length === undefined ? undefined : toLength(fields.length)
  const { authority, target } = readTarget(url, method, readHost(fields, httpVersion))
  const hasBody = fields.codings !== undefined || (length !== undefined && length > 0)
  // RFC 9110 §10.1.1: the expectation of an HTTP/1.0 client is ignored.
  return {
    authority,
    target,
    length,
    hasBody,
    expects: fields.expects && httpVersion === '1.1',
    isLast: fields.upgrades,
  }
}

/** Whether a client waits to be told to go on: RFC 9110 §10.1.1 leaves it to us what to make of other expectations. */
export function isContinue(expect: string): boolean {
  // As node:http looks for it, in a list too.
  return /(?:^|\W)100-continue(?:$|\W)/i.test(expect)
}

// One pass, by the length of the names: most of them are none of these.
function readFields(raw: readonly string[]): Fields {
  const fields: Fields = {
    hosts: 0,
    host: undefined,
    length: undefined,
    codings: undefined,
    expects: false,
    upgrades: false,
  }
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const size = name.length
    if (size === 4 || size === 6 || size === 7 || size === 14 || size === 17)
      readField(fields, name, raw[index + 1] ?? '')
  }
  return fields
}

function readField(fields: Fields, name: string, value: string): void {
  const known = name.toLowerCase()
  if (known === 'host') {
    fields.hosts++
    fields.host = value
  } else if (known === 'content-length') fields.length = joined(fields.length, value)
  else if (known === 'transfer-encoding') fields.codings = joined(fields.codings, value)
  else if (known === 'expect') fields.expects ||= isContinue(value)
  else if (known === 'upgrade') fields.upgrades = true
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`
}

// RFC 9112 §6.1 and §6.3: chunked, and not with a length. Other codings before it are not decoded here; 501 would say
// the same, and be reported as a fault of the server.
function checkCodings(codings: string, length: string | undefined, version: string): void {
  if (length !== undefined)
    throw new FramingError(
      400,
      'Cannot find the end of the request: it has Transfer-Encoding and Content-Length',
    )
  if (version === '1.0')
    throw new FramingError(400, 'Cannot find the end of the request: HTTP/1.0 has no Transfer-Encoding')
  if (codings.toLowerCase() === 'chunked') return
  throw new FramingError(400, 'Cannot read the body of the request: its Transfer-Encoding is not chunked')
}

function toLength(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new FramingError(400, 'Cannot find the end of the request: its Content-Length is malformed')
}

// RFC 9112 §3.2: one, and none but in HTTP/1.0.
function readHost({ host, hosts }: Fields, version: string): string {
  if (host === undefined && version === '1.0') return 'localhost'
  if (host === undefined) throw new HttpError(400, 'Cannot use a request without a Host')
  if (hosts > 1) throw new HttpError(400, 'Cannot use the Host of the request: it has several')
  if (!isAuthority(host)) throw new HttpError(400, 'Cannot use the Host of the request: it is malformed')
  return host
}

// A path, or a whole URL, as a proxy is sent it; `*` goes with OPTIONS.
function readTarget(
  target: string,
  method: string | undefined,
  host: string,
): { authority: string; target: string } {
  checkSigns(target)
  if (target.startsWith('/')) return { authority: host, target }
  if (target === '*' && method === 'OPTIONS') return { authority: host, target }
  // RFC 9112 §3.2.2: the Host is ignored then. RFC 9110 §4.2.4: a user in the URL is a sign of fraud.
  const [, authority, rest = ''] = /^https?:\/\/([^/?]*)(.*)$/i.exec(target) ?? []
  if (authority === undefined || !isAuthority(authority))
    throw new HttpError(400, 'Cannot use the target of the request: give a path or an http URL')
  return { authority: authority.toLowerCase(), target: rest.startsWith('/') ? rest : `/${rest}` }
}

// RFC 3986 allows fewer: `^`, `|` and the like are what browsers send as they are typed, in a query `\` too.
function checkSigns(target: string): void {
  const at = target.indexOf('\\')
  const isSlanted = at !== -1 && !target.slice(0, at).includes('?')
  if (isSlanted || /[^!$-;=?-~]/.test(target))
    throw new HttpError(400, 'Cannot use the target of the request: it has a sign that is to be %-encoded')
}
