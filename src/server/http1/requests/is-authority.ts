let last: string | undefined

/** Whether a text names a host, with a port or without, and nothing else: no user, no path, no list (RFC 9112 §3.2). */
export function isAuthority(text: string): boolean {
  if (text === last) return true
  if (!hasAuthoritySyntax(text)) return false
  // Nearly always it is the same.
  last = text
  return true
}

function hasAuthoritySyntax(text: string): boolean {
  const isShaped = /^(?:[\w.!$&'()*+,;=~%-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i.test(text)
  return isShaped && URL.canParse(`http://${text}`)
}
