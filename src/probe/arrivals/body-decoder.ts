import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

/** Content codings that can be read here, best first; `zstd` needs Node 22.15 or newer. */
export const codings: readonly string[] = [
  'gzip',
  'deflate',
  'br',
  ...('createZstdDecompress' in zlib ? ['zstd'] : []),
]

/**
 * Decodes a body as it comes: once `write` has returned, or has resolved where it gives a promise, everything that could
 * be decoded was given to `output`.
 */
export interface BodyDecoder {
  write(bytes: Uint8Array): Promise<void> | undefined
  /** Takes the end of the body, and tells what is wrong with what came; undefined for nothing. */
  finish(): Promise<string | undefined>
  /** Ends in the middle. */
  close(): void
}

/**
 * Opens the decoder for a value of the field Content-Encoding. What cannot be decoded is given out as it is, and only
 * `finish` tells so.
 */
export function openBodyDecoder(encoding: string, output: (bytes: Uint8Array) => void): BodyDecoder {
  if (encoding === 'identity') return new PlainDecoder(output)
  if (codings.includes(encoding)) return new ZlibDecoder(encoding, output)
  return new PlainDecoder(
    output,
    `its encoding ${JSON.stringify(encoding)} is not known here, so it was not decoded`,
  )
}

class PlainDecoder implements BodyDecoder {
  readonly #output: (bytes: Uint8Array) => void
  readonly #fault: string | undefined

  constructor(output: (bytes: Uint8Array) => void, fault?: string) {
    this.#output = output
    this.#fault = fault
  }

  write(bytes: Uint8Array): undefined {
    this.#output(bytes)
  }

  async finish(): Promise<string | undefined> {
    return this.#fault
  }

  close(): void {}
}

class ZlibDecoder implements BodyDecoder {
  readonly #encoding: string
  readonly #output: (bytes: Uint8Array) => void
  #stream: Transform | undefined
  #fault: string | undefined
  #wake: (() => void) | undefined
  #count = 0

  constructor(encoding: string, output: (bytes: Uint8Array) => void) {
    this.#encoding = encoding
    this.#output = output
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#fault !== undefined || bytes.length === 0) return
    const stream = (this.#stream ??= this.#open(bytes))
    // The callback comes when all of these bytes are decoded; what they gave is read before it is told.
    await this.#settle((done) => stream.write(bytes, () => done()))
    this.#read(stream)
    this.#count += bytes.length
  }

  async finish(): Promise<string | undefined> {
    const stream = this.#stream
    if (!stream) return this.#fault ?? `it is empty, which is no ${this.#encoding}`
    if (this.#fault === undefined) {
      await this.#settle((done) => {
        stream.once('end', done)
        stream.end()
        this.#read(stream)
      })
    }
    stream.destroy()
    return this.#fault
  }

  close(): void {
    this.#stream?.destroy()
  }

  #open(first: Uint8Array): Transform {
    const stream = createDecoder(this.#encoding, first[0] ?? 0)
    // Without a reader it would wait once its buffer is full.
    stream.on('readable', () => this.#read(stream))
    stream.on('error', (error) => {
      this.#fault ??= this.#tellFault(error)
      this.#wake?.()
    })
    return stream
  }

  #read(stream: Transform): void {
    for (;;) {
      const bytes: unknown = stream.read()
      if (!(bytes instanceof Uint8Array)) return
      this.#output(bytes)
    }
  }

  // What breaks in the middle never calls back: the error wakes up who waits.
  #settle(begin: (done: () => void) => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    begin(resolve)
    return promise
  }

  #tellFault(error: Error): string {
    // The beginning was right, and the end never came.
    if (/unexpected end/i.test(error.message)) return `its ${this.#encoding} is cut: the end of it is missing`
    return `its ${this.#encoding} cannot be decoded after byte ${this.#count}: ${error.message}`
  }
}

function createDecoder(encoding: string, first: number): Transform {
  if (encoding === 'gzip') return zlib.createGunzip()
  if (encoding === 'br') return zlib.createBrotliDecompress()
  if (encoding === 'zstd') return zlib.createZstdDecompress()
  // RFC 9110 §8.4.1.2: some send deflate without its zlib format around it; the low half of the first byte tells it.
  return (first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()
}
