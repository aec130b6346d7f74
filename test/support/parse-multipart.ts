/** A part as it was read. */
export interface ParsedPart {
  headers: Record<string, string>
  body: Buffer
}

/**
 * Reads a body of several parts by RFC 2046 §5.1.1, without millrace: lines that begin with the boundary set parts
 * apart, an empty line ends a head.
 * @throws Error for whatever is not exactly that, and for a body without its closing boundary.
 */
export function parseMultipart(type: string, bytes: Uint8Array): ParsedPart[] {
  const [, boundary] = /;\s*boundary=([^\s;"]{1,70})$/.exec(type) ?? []
  if (boundary === undefined) throw new Error(`No boundary in ${type}`)
  const pieces = `\r\n${Buffer.from(bytes).toString('latin1')}`.split(`\r\n--${boundary}`)
  if (pieces.shift() !== '') throw new Error('Something stands before the first boundary')
  if (pieces.pop() !== '--\r\n') throw new Error('There is no closing boundary at the end')
  return pieces.map(parsePart)
}

function parsePart(text: string): ParsedPart {
  if (!text.startsWith('\r\n')) throw new Error(`The boundary has more on its line: ${JSON.stringify(text)}`)
  const end = text.startsWith('\r\n\r\n') ? 2 : text.indexOf('\r\n\r\n') + 2
  if (end < 2) throw new Error(`The head has no end: ${JSON.stringify(text)}`)
  const lines = text.slice(2, end).split('\r\n').slice(0, -1)
  const headers = Object.fromEntries(lines.map(parseField))
  if (Object.keys(headers).length !== lines.length) throw new Error(`A field stands twice: ${lines.join()}`)
  return { headers, body: Buffer.from(text.slice(end + 2), 'latin1') }
}

function parseField(line: string): [string, string] {
  const [, name = '', value = ''] = /^([!#$%&'*+\-.^_`|~\w]+): ?(.*)$/s.exec(line) ?? []
  if (name === '') throw new Error(`Not a field: ${JSON.stringify(line)}`)
  return [name.toLowerCase(), Buffer.from(value, 'latin1').toString()]
}
