// A reader of HTTP/1 replies that shares nothing with the code under test: RFC 9112, by string.

/** Decodes one reply from the bytes of a connection, as they come; text stands for bytes, as latin1. */
export class DecodeReply {
  readonly #method: string
  readonly chunks: Buffer[] = []
  readonly trailers = new Map<string, string>()
  headers = new Map<string, string>()
  statusLine = ''
  /** How the end of the body is told, known once the head is there. */
  framing: 'none' | 'length' | 'chunked' | 'close' | 'unknown' = 'unknown'
  /** True once the reply is whole; a body that ends with the connection is whole at its {@link finish}. */
  isComplete = false
  #rest = ''
  #left = 0
  #isLast = false

  constructor(method = 'GET') {
    this.#method = method
  }

  get status(): number {
    return Number(this.statusLine.split(' ')[1])
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks)
  }

  get text(): string {
    return this.body.toString()
  }

  /** What came after the reply. */
  get rest(): string {
    return this.#rest
  }

  push(latin1: string): this {
    this.#rest += latin1
    while (!this.isComplete && this.#step());
    return this
  }

  /** The connection has ended: a body without another end is whole now. */
  finish(): this {
    if (this.framing === 'close') this.isComplete = true
    return this
  }

  #step(): boolean {
    if (this.framing === 'unknown') return this.#readHead()
    if (this.framing === 'chunked') return this.#readChunk()
    if (this.framing === 'close') return this.#take(this.#rest.length)
    const isMore = this.#take(Math.min(this.#left, this.#rest.length))
    this.isComplete = this.#left === 0
    return isMore
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n')
    if (end === -1) return false
    const [statusLine = '', ...lines] = this.#rest.slice(0, end).split('\r\n')
    if (!/^HTTP\/1\.[01] \d{3} ?/.test(statusLine))
      throw new Error(`Cannot read a status line: ${statusLine}`)
    this.#rest = this.#rest.slice(end + 4)
    this.statusLine = statusLine
    this.headers = toFields(lines)
    this.framing = this.#decideFraming()
    this.#left = Number(this.headers.get('content-length') ?? 0)
    if (this.framing === 'none') this.isComplete = true
    return true
  }

  #decideFraming(): 'none' | 'length' | 'chunked' | 'close' {
    const { status } = this
    if (this.#method === 'HEAD' || status === 204 || status === 304 || status < 200) return 'none'
    const hasLength = this.headers.has('content-length')
    if (this.headers.has('transfer-encoding')) {
      if (hasLength || this.headers.get('transfer-encoding') !== 'chunked')
        throw new Error('Cannot frame the body')
      return 'chunked'
    }
    return hasLength ? 'length' : 'close'
  }

  #readChunk(): boolean {
    if (this.#isLast) return this.#readTrailers()
    const line = this.#rest.indexOf('\r\n')
    if (line === -1) return false
    const size = this.#rest.slice(0, line)
    if (!/^[\da-f]+$/i.test(size)) throw new Error(`Cannot read the size of a chunk: ${JSON.stringify(size)}`)
    const bytes = Number.parseInt(size, 16)
    if (bytes === 0) {
      this.#isLast = true
      this.#rest = this.#rest.slice(line + 2)
      return true
    }
    return this.#readChunkData(line + 2, bytes)
  }

  #readChunkData(start: number, bytes: number): boolean {
    if (this.#rest.length < start + bytes + 2) return false
    const end = this.#rest.slice(start + bytes, start + bytes + 2)
    if (end !== '\r\n')
      throw new Error(`Cannot read a chunk of ${bytes} bytes: it ends with ${JSON.stringify(end)}`)
    this.chunks.push(Buffer.from(this.#rest.slice(start, start + bytes), 'latin1'))
    this.#rest = this.#rest.slice(start + bytes + 2)
    return true
  }

  #readTrailers(): boolean {
    const end = this.#rest.startsWith('\r\n') ? 0 : this.#rest.indexOf('\r\n\r\n') + 2
    if (end === 1) return false
    for (const [name, value] of toFields(this.#rest.slice(0, Math.max(0, end - 2)).split('\r\n'))) {
      this.trailers.set(name, value)
    }
    this.#rest = this.#rest.slice(end + 2)
    this.isComplete = true
    return true
  }

  #take(bytes: number): boolean {
    if (bytes === 0) return false
    this.chunks.push(Buffer.from(this.#rest.slice(0, bytes), 'latin1'))
    this.#rest = this.#rest.slice(bytes)
    this.#left -= bytes
    return true
  }
}

function toFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    fields.set(name, fields.has(name) ? `${fields.get(name)}, ${value}` : value)
  }
  return fields
}
