// Where in a URL a value stands decides what it may be: the start may name a scheme, every later place is one part.

/** Stands for a value in the text before it. */
export const HOLE = '\uFFFC'

/** What is written in place of a URL whose scheme is not allowed: a link to nowhere. */
export const REFUSED_URL = 'about:invalid#refused'

const allowedSchemes: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel'])
const harmfulSchemes: ReadonlySet<string> = new Set(['javascript', 'vbscript', 'data'])
const image = /^data:image\/(?:png|gif|jpeg|webp|avif);base64,/i

/** Turns the text of a value into what may stand in its place. */
export type Format = (text: string) => string

/** Why a value cannot stand where it does, and what to do. */
export interface Fault {
  readonly kind: 'fault'
  readonly fault: string
}

/** How a value is written, or why it cannot be. */
export type Verdict = { readonly kind: 'format'; readonly format: Format } | Fault

/** A URL as a whole or its beginning: relative, `http`, `https`, `mailto` or `tel`; any other becomes a dead link. */
export function toSafeUrl(text: string): string {
  const scheme = schemeOf(text)
  return scheme === undefined || allowedSchemes.has(scheme) ? text : REFUSED_URL
}

/** Several URLs with whatever stands between them, as in `srcset` and `ping`. */
export function toSafeUrls(text: string): string {
  return text.split(/[\s,;]+/).some((one) => toSafeUrl(one) !== one) ? REFUSED_URL : text
}

/** How a value is written in a URL after this text of the template; `HOLE` stands for the values before it. */
export function urlFormat(before: string): Verdict {
  const text = before.replace(/[\t\n\r]/g, '').replace(leading, '')
  if (text === '') return { kind: 'format', format: toSafeUrl }
  if (/^[^/?#]*&/.test(text)) {
    return { kind: 'fault', fault: 'the URL begins with a character reference; write the character itself' }
  }
  const scheme = schemeOf(text)
  if (scheme !== undefined && harmfulSchemes.has(scheme) && !image.test(text)) {
    return { kind: 'fault', fault: `a ${scheme}: URL runs or shows what it holds; link to a page instead` }
  }
  return { kind: 'format', format: partFormat(text, scheme !== undefined) }
}

/** Why the values of a URL cannot be written, where together with the template they could name a scheme. */
export function schemeFault(url: string): string | undefined {
  if (!new RegExp(`^[^/?#:]*${HOLE}[^/?#]*:`).test(url)) return undefined
  return 'it stands in the scheme of a URL; give the whole URL as one value'
}

function partFormat(text: string, hasScheme: boolean): Format {
  if (/[?#]/.test(text)) return toUrlPart
  if (/^(?:[a-z][a-z\d+.-]*:)?[\\/]{2}[^\\/]*$/i.test(text)) return toHost
  return hasScheme || text.includes('/') ? toSegment : toUrlPart
}

function toUrlPart(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function toHost(text: string): string {
  return toUrlPart(text).replaceAll('%3A', ':')
}

// RFC 3986 §3.3: these may stand in a segment as they are.
function toSegment(text: string): string {
  return toUrlPart(text).replace(/%(?:3A|40|24|26|2B|2C|3B|3D)/g, decodeURIComponent)
}

// The URL standard strips leading controls and spaces, and every tab and line end, before it looks for a scheme.
// oxlint-disable-next-line no-control-regex -- those are the characters
const leading = /^[\u0000-\u0020]+/

function schemeOf(url: string): string | undefined {
  const text = url.replace(/[\t\n\r]/g, '').replace(leading, '')
  return /^([a-z][a-z\d+.-]*):/i.exec(text)?.[1]?.toLowerCase()
}
