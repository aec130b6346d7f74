// What nghttp2 lets through of a request's head, and RFC 9113 §8.3.1 does not.
import { HttpError } from '../../../reply/http-error.ts'
import { isAuthority } from '../../http1/requests/is-authority.ts'

/** What a server must know of a request's head. */
export interface Http2Head {
  readonly method: string
  readonly authority: string
  /** The path with the query, or `*`. */
  readonly target: string
  /** Names and values in turn, with a `host`, as those of HTTP/1 have it. */
  readonly fields: readonly string[]
  /** Bytes of the body that are announced; undefined where nothing is said of them. */
  readonly length: number | undefined
  /** True when the client waits to be told to go on. */
  readonly expects: boolean
}

interface Found {
  readonly fields: string[]
  readonly pseudo: Map<string, string>
  hosts: string[]
  length: number | undefined
  expects: boolean
}

/**
 * Reads names and values in turn, as node:http2 gives them.
 * @throws HttpError 400 for a path or an authority that cannot be used, 501 for CONNECT.
 */
export function readHttp2Head(rawHeaders: readonly string[]): Http2Head {
  const found = readFields(rawHeaders)
  const method = found.pseudo.get(':method') ?? ''
  if (method === 'CONNECT') throw new HttpError(501, 'Cannot make a tunnel: this server is no proxy')
  const target = found.pseudo.get(':path') ?? ''
  const isOfServer = target === '*' && method === 'OPTIONS'
  if (!isOfServer && !isPath(target))
    throw new HttpError(400, 'Cannot use the path of the request: it is malformed')
  const authority = readAuthority(found)
  const { length, expects } = found
  return { method, authority, target, fields: ['host', authority, ...found.fields], length, expects }
}

function readFields(raw: readonly string[]): Found {
  const found: Found = { fields: [], pseudo: new Map(), hosts: [], length: undefined, expects: false }
  for (let index = 0; index + 1 < raw.length; index += 2)
    readField(found, raw[index] ?? '', raw[index + 1] ?? '')
  return found
}

function readField(found: Found, name: string, value: string): void {
  if (name.startsWith(':')) return void found.pseudo.set(name, value)
  if (name === 'host') return void found.hosts.push(value)
  if (name === 'content-length') found.length = Number(value)
  else if (name === 'expect') found.expects = value.toLowerCase() === '100-continue'
  found.fields.push(name, value)
}

// A `host` that says something else is a way around whoever looks at one of the two.
function readAuthority({ pseudo, hosts }: Found): string {
  const authority = pseudo.get(':authority') ?? hosts[0]
  if (authority === undefined) throw new HttpError(400, 'Cannot use a request without an authority')
  const isAmbiguous = hosts.length > 1 || hosts.some((host) => host.toLowerCase() !== authority.toLowerCase())
  if (isAmbiguous || !isAuthority(authority))
    throw new HttpError(400, 'Cannot use the authority of the request: it is malformed, or there are two')
  return authority
}

// As `read-head.ts` has it for HTTP/1.
function isPath(target: string): boolean {
  if (!target.startsWith('/') || /[^!$-;=?-~]/.test(target)) return false
  const slanted = target.indexOf('\\')
  return slanted === -1 || target.slice(0, slanted).includes('?')
}
