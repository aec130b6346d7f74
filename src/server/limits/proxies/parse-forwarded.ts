/** One hop of a `Forwarded` field, its parameters by their names in small letters. */
export type ForwardedElement = ReadonlyMap<string, string>

// RFC 7239 §4: a parameter is a token, `=`, and a token or a quoted string; white space stands around `;` and `,` only.
const PARAMETER =
  /([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[\t !#-[\]-~\u0080-\u00ff]|\\[\t -~\u0080-\u00ff])*)")[\t ]*/y
const SPACE = /[\t ]*/y

/**
 * The hops that a `Forwarded` field tells of, the first the client; undefined where it is malformed. Then nothing of it
 * can be used: a quotation mark that a client has left open turns what a proxy has added into something else.
 */
export function parseForwarded(text: string): ForwardedElement[] | undefined {
  let element = new Map<string, string>()
  const elements: ForwardedElement[] = [element]
  let at = skip(text, 0)
  while (at < text.length) {
    const sign = text[at]
    if (sign === ',') elements.push((element = new Map()))
    const isSign = sign === ',' || sign === ';'
    const next = isSign ? skip(text, at + 1) : readParameter(text, at, element)
    if (next === undefined) return undefined
    at = next
  }
  return elements.filter(({ size }) => size > 0)
}

// Reads one parameter into the element, and tells where it ends: before a separator, or at the end.
function readParameter(text: string, at: number, element: Map<string, string>): number | undefined {
  PARAMETER.lastIndex = at
  const found = PARAMETER.exec(text)
  if (!found) return undefined
  const [whole, name = '', token, quoted = ''] = found
  const key = name.toLowerCase()
  const end = at + whole.length
  const isEnded = end === text.length || text[end] === ',' || text[end] === ';'
  // Each may be there once.
  if (!isEnded || element.has(key)) return undefined
  element.set(key, token ?? quoted.replace(/\\(.)/g, '$1'))
  return end
}

function skip(text: string, at: number): number {
  SPACE.lastIndex = at
  return at + (SPACE.exec(text)?.[0].length ?? 0)
}
