import type { HttpVersion } from '../../delivery/framing.ts'
import { FramingFault, quote } from './framing-fault.ts'

/** The first line of a reply. */
export interface StatusLine {
  readonly version: HttpVersion
  readonly status: number
  readonly reason: string
}

const statusLine = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: (.*))?$/
const token = /^[\w!#$%&'*+.^`|~-]+$/

/** Reads a status line (RFC 9112 §4). The space before a reason that is not there may be missing: it moves nothing. */
export function parseStatusLine(line: string): StatusLine {
  const [, minor, status, reason = ''] = statusLine.exec(line) ?? []
  if (minor === undefined)
    throw new FramingFault(`The reply begins with ${quote(line)}, which is no status line`)
  if (reason.includes('\0')) throw new FramingFault('The status line has a NUL')
  // A higher minor version is read as the highest that is known (RFC 9110 §2.5).
  return { version: minor === '0' ? '1.0' : '1.1', status: Number(status), reason }
}

/** Reads a line of a head or of trailers (RFC 9112 §5): the name in lower case, and the value without spaces around it. */
export function parseFieldLine(line: string): readonly [name: string, value: string] {
  if (/^[ \t]/.test(line))
    throw new FramingFault(`The line ${quote(line)} continues the one before (obs-fold), which is forbidden`)
  const colon = line.indexOf(':')
  if (colon === -1) throw new FramingFault(`The line ${quote(line)} has no colon`)
  const name = line.slice(0, colon)
  if (/[ \t]$/.test(name)) throw new FramingFault(`The name of the field ${quote(line)} ends with a space`)
  if (!token.test(name)) throw new FramingFault(`The field ${quote(line)} has no valid name`)
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
  if (value.includes('\0')) throw new FramingFault(`The field ${name} has a NUL`)
  return [name.toLowerCase(), value]
}

/** The elements of a field that is a list, from all its lines, in lower case. */
export function toList(fields: readonly (readonly [name: string, value: string])[], name: string): string[] {
  return fields
    .filter(([one]) => one === name)
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((element) => element.trim())
    .filter((element) => element !== '')
}
