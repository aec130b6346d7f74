/** A reply as a client of HTTP/1 understands it; more tolerant than the reader of millrace's own tests. */
export interface SeenReply {
  status: number
  head: string
  body: string
  isComplete: boolean
  /** What came after it on the connection. */
  rest: string
}

/** Reads the first reply of the text; `ended` says how the connection was closed, if it was. */
export function readReply(
  text: string,
  { method = 'GET', ended }: { method?: string; ended: 'no' | 'end' | 'reset' },
): SeenReply {
  const end = text.indexOf('\r\n\r\n')
  const head = end === -1 ? text : text.slice(0, end)
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
  const after = end === -1 ? '' : text.slice(end + 4)
  if (end === -1) return { status, head, body: '', isComplete: false, rest: '' }
  if (method === 'HEAD' || status === 204 || status === 304) {
    return { status, head, body: '', isComplete: true, rest: after }
  }
  if (/^transfer-encoding: *chunked/im.test(head)) return { status, head, ...readChunks(after) }
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length === undefined) return { status, head, body: after, isComplete: ended === 'end', rest: '' }
  const bytes = Number(length)
  const isComplete = after.length >= bytes
  return { status, head, body: after.slice(0, bytes), isComplete, rest: after.slice(bytes) }
}

function readChunks(text: string): { body: string; isComplete: boolean; rest: string } {
  let body = ''
  let rest = text
  for (;;) {
    const size = /^([\da-f]+)[^\r\n]*\r\n/i.exec(rest)
    const bytes = Number.parseInt(size?.[1] ?? '', 16)
    if (!size || Number.isNaN(bytes)) return { body, isComplete: false, rest: '' }
    const start = size[0].length
    if (bytes === 0) return { body, isComplete: rest.startsWith('\r\n', start), rest: rest.slice(start + 2) }
    body += rest.slice(start, start + bytes)
    if (rest.length < start + bytes + 2) return { body, isComplete: false, rest: '' }
    rest = rest.slice(start + bytes + 2)
  }
}
