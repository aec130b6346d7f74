/** What stands in a chunked body (RFC 9112 §7.1), read without millrace. */
export interface Chunked {
  chunks: Buffer[]
  /** The data of all chunks. */
  data: Buffer
  /** Whether the last chunk was there. */
  ended: boolean
}

/**
 * Parses chunks without extensions, and without trailers after the last.
 * @throws Error for whatever is not exactly that.
 */
export function parseChunks(bytes: Uint8Array): Chunked {
  const text = Buffer.from(bytes).toString('latin1')
  const chunks: Buffer[] = []
  for (let at = 0; at < text.length;) {
    const [line, digits = ''] = /^(0|[1-9a-f][0-9a-f]*)\r\n/.exec(text.slice(at, at + 20)) ?? []
    if (line === undefined)
      throw new Error(`No size line at byte ${at}: ${JSON.stringify(text.slice(at, at + 20))}`)
    const start = at + line.length
    const end = start + Number.parseInt(digits, 16)
    if (text.slice(end, end + 2) !== '\r\n') throw new Error(`No end of the chunk at byte ${end}`)
    if (end === start && end + 2 !== text.length)
      throw new Error(`Something stands after the last chunk: byte ${end}`)
    if (end === start) return { chunks, data: Buffer.concat(chunks), ended: true }
    chunks.push(Buffer.from(text.slice(start, end), 'latin1'))
    at = end + 2
  }
  return { chunks, data: Buffer.concat(chunks), ended: false }
}
