import type { Verdict } from './url-format.ts'

/** What is written in place of a value that CSS could take for more than a value; no property knows it. */
export const REFUSED_CSS = 'refused-value'

const plain = /^[\p{L}\p{N}_#%., +-]*$/u

/** A value made of letters, digits, blanks and `# % . , + - _`; any other could end the declaration that it is in. */
export function toSafeCss(text: string): string {
  return plain.test(text) && !text.includes('--') ? text : REFUSED_CSS
}

/** How a value is written in CSS after this text of the template. */
export function cssFormat(before: string): Verdict {
  const fault = cssFault(before)
  return fault === undefined ? { kind: 'format', format: toSafeCss } : { kind: 'fault', fault }
}

const openUrl = /url\([^)]*$/i

function cssFault(before: string): string | undefined {
  const text = withoutQuoted(before)
  if (text === undefined) return 'it stands in a string or a comment of CSS; write it outside'
  if (openUrl.test(text)) return 'it stands in url(…) of CSS; use an element such as img instead'
  const declaration = /[^;{}]*$/.exec(text)?.[0] ?? ''
  if (declaration.includes(':')) return undefined
  return 'only the value of a property can be written in CSS; write the property itself in the template'
}

// The text without what its strings and comments hold; undefined when one of them is open at the end.
function withoutQuoted(css: string): string | undefined {
  let kept = ''
  for (let at = 0; at < css.length;) {
    const end = css.startsWith('/*', at) ? endOf(css, '*/', at + 2) : endOfToken(css, at)
    if (end > css.length) return undefined
    if (end === at + 1) kept += css.charAt(at)
    at = end
  }
  return kept
}

function endOfToken(css: string, at: number): number {
  const character = css.charAt(at)
  if (character === '\\') return at + 2
  if (character !== '"' && character !== "'") return at + 1
  for (let end = at + 1; end < css.length; end++) {
    if (css.charAt(end) === character || css.charAt(end) === '\n') return end + 1
    if (css.charAt(end) === '\\') end++
  }
  return css.length + 1
}

function endOf(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? text.length + 1 : found + mark.length
}
