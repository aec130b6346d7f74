// One escape serves text and quoted attributes: what is not needed in one of them does no harm there.
// oxlint-disable-next-line no-control-regex -- NUL cannot stand in HTML
const special = /[&<>"'\r\u0000]/

/** Text as HTML that reads back as the same text, in an element or a quoted attribute; NUL becomes U+FFFD. */
export function escapeHtml(text: string): string {
  const first = text.search(special)
  if (first === -1) return text
  let escaped = text.slice(0, first)
  let from = first
  for (let at = first; at < text.length; at++) {
    const entity = entityOf(text.charCodeAt(at))
    if (entity === '') continue
    escaped += text.slice(from, at) + entity
    from = at + 1
  }
  return escaped + text.slice(from)
}

function entityOf(code: number): string {
  // Every special character is at most `>`, so most text leaves here.
  if (code > 62) return ''
  switch (code) {
    case 38:
      return '&amp;'
    case 60:
      return '&lt;'
    case 62:
      return '&gt;'
    case 34:
      return '&quot;'
    case 39:
      return '&#39;'
    // A parser turns a bare CR into LF before it looks at anything else.
    case 13:
      return '&#13;'
    case 0:
      return '\uFFFD'
    default:
      return ''
  }
}
