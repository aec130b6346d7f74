import type { InputStream } from '../application.ts'

const LINE_FEED = 10
const NOTHING = new Uint8Array(0)

/** The body of a request as `wsgi.input`: read from the client as it is read here, never past its end. */
export class WsgiInput implements InputStream {
  readonly #open: () => ReadableStream<Uint8Array> | null
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #isAtEnd = false
  #rest: Uint8Array = NOTHING

  /** `open` is called once, when the first byte is asked for: a client that expects `100 Continue` waits until then. */
  constructor(open: () => ReadableStream<Uint8Array> | null) {
    this.#open = open
  }

  async read(size = -1): Promise<Uint8Array> {
    const pieces = size < 0 ? await this.#takeAll() : await this.#take(size)
    return pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces)
  }

  async readline(size = -1): Promise<Uint8Array> {
    const limit = size < 0 ? Infinity : size
    const pieces: Uint8Array[] = []
    let bytes = 0
    while (bytes < limit && (await this.#fill())) {
      const piece = this.#cutLine(limit - bytes)
      pieces.push(piece)
      bytes += piece.byteLength
      if (piece.at(-1) === LINE_FEED) break
    }
    return Buffer.concat(pieces)
  }

  async readlines(hint = -1): Promise<Uint8Array[]> {
    const lines: Uint8Array[] = []
    let bytes = 0
    for await (const line of this) {
      lines.push(line)
      bytes += line.byteLength
      if (hint > 0 && bytes >= hint) break
    }
    return lines
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const line = await this.readline()
      if (line.byteLength === 0) return
      yield line
    }
  }

  async #takeAll(): Promise<Uint8Array[]> {
    const pieces: Uint8Array[] = []
    while (await this.#fill()) pieces.push(this.#cut(Infinity))
    return pieces
  }

  async #take(size: number): Promise<Uint8Array[]> {
    const pieces: Uint8Array[] = []
    let left = size
    while (left > 0 && (await this.#fill())) {
      const piece = this.#cut(left)
      pieces.push(piece)
      left -= piece.byteLength
    }
    return pieces
  }

  #cutLine(limit: number): Uint8Array {
    const feed = this.#rest.indexOf(LINE_FEED)
    return this.#cut(feed === -1 ? limit : Math.min(feed + 1, limit))
  }

  #cut(size: number): Uint8Array {
    const piece = this.#rest.subarray(0, size)
    this.#rest = this.#rest.subarray(piece.byteLength)
    return piece
  }

  // True when there is a byte.
  async #fill(): Promise<boolean> {
    while (this.#rest.byteLength === 0) {
      if (this.#isAtEnd) return false
      this.#reader ??= this.#open()?.getReader()
      const step = await this.#reader?.read()
      if (step?.value) this.#rest = step.value
      else this.#isAtEnd = true
    }
    return true
  }
}
