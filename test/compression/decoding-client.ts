// A client that decodes what it gets as it comes, with Node's own decoders.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import zlib from 'node:zlib'
import type { Encoding } from 'millrace/middleware'

function openDecoder(encoding: Encoding) {
  switch (encoding) {
    case 'zstd':
      return zlib.createZstdDecompress()
    case 'br':
      return zlib.createBrotliDecompress()
    case 'gzip':
      return zlib.createGunzip()
    case 'deflate':
      return zlib.createInflate()
  }
}

/** True for a decoder that takes an encoding that is cut for a whole one: that of zstd in Node 22. */
export function missesCut(encoding: Encoding): boolean {
  return encoding === 'zstd' && process.versions.node.startsWith('22.')
}

/** What became of a body: its bytes, and whether the encoding and the message came to their ends. */
export interface Decoded {
  bytes: Buffer
  isEncodingWhole: boolean
  isMessageWhole: boolean
}

/** One request for one encoding, and its body, decoded while it comes. */
export class DecodingClient {
  readonly #decoder: ReturnType<typeof openDecoder>
  readonly #message: Promise<IncomingMessage>
  readonly #pieces: Buffer[] = []
  readonly #over = Promise.withResolvers<Decoded>()
  readonly #received: Buffer[] = []
  #isEncodingWhole = false
  #wake: (() => void) | undefined

  constructor(url: string, encoding: Encoding, fields: Record<string, string> = {}) {
    this.#decoder = openDecoder(encoding)
    this.#decoder.on('data', (bytes: Buffer) => {
      this.#pieces.push(bytes)
      this.#wake?.()
    })
    this.#decoder.on('end', () => (this.#isEncodingWhole = true))
    const made = request(url, { agent: false, headers: { 'accept-encoding': encoding, ...fields } })
    this.#message = once(made, 'response').then(([message]: IncomingMessage[]) => this.#read(message))
    made.end()
  }

  /** The head. */
  head(): Promise<IncomingMessage> {
    return this.#message
  }

  /** The body so far as it came. */
  get plain(): Buffer {
    return Buffer.concat(this.#received)
  }

  /** Waits until the body so far begins with this text. */
  until(text: string): Promise<void> {
    return this.#when((bytes) => bytes.subarray(0, Buffer.byteLength(text)).equals(Buffer.from(text)))
  }

  /** Waits until the body so far ends with this text. */
  untilEnding(text: string): Promise<void> {
    return this.#when((bytes) => bytes.toString().endsWith(text))
  }

  /** Waits for the end of the connection or of the body. */
  over(): Promise<Decoded> {
    return this.#over.promise
  }

  /** Does not read: what the server sends piles up in the kernel, then in the server. */
  async pause(): Promise<void> {
    const message = await this.#message
    message.pause()
  }

  async resume(): Promise<void> {
    const message = await this.#message
    message.resume()
  }

  async leave(): Promise<void> {
    const message = await this.#message
    message.destroy()
  }

  async #when(isSeen: (bytes: Buffer) => boolean): Promise<void> {
    while (!isSeen(Buffer.concat(this.#pieces))) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #read(message: IncomingMessage | undefined): IncomingMessage {
    if (!message) throw new Error('There is no reply')
    message.on('data', (bytes: Buffer) => {
      this.#received.push(bytes)
      if (!this.#decoder.destroyed) this.#decoder.write(bytes)
    })
    message.on('error', () => {})
    this.#decoder.on('error', () => {})
    this.#decoder.on('close', () => this.#finish(message))
    // The decoder says whether its encoding was whole when its input ends.
    message.on('close', () => this.#end(message))
    return message
  }

  #end(message: IncomingMessage): void {
    if (this.#decoder.destroyed) this.#finish(message)
    else this.#decoder.end()
  }

  #finish(message: IncomingMessage): void {
    const bytes = Buffer.concat(this.#pieces)
    if (!message.closed) return
    const isMessageWhole = message.complete
    this.#over.resolve({ bytes, isEncodingWhole: this.#isEncodingWhole, isMessageWhole })
  }
}
