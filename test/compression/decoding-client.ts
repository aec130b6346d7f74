// A client that decodes what it gets as it comes, with Node's own decoders.
import zlib from 'node:zlib'
import type { Encoding } from 'millrace/middleware'
import type { Address } from '../support/test-client.ts'
import { openMessage, type Message } from './open-message.ts'

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
  readonly #message: Promise<Message>
  readonly #pieces: Buffer[] = []
  readonly #over = Promise.withResolvers<Decoded>()
  readonly #received: Buffer[] = []
  #isEncodingWhole = false
  #isMessageWhole: boolean | undefined
  #wake: (() => void) | undefined

  constructor(address: string | Address, encoding: Encoding, fields: Record<string, string> = {}) {
    this.#decoder = openDecoder(encoding)
    this.#decoder.on('data', (bytes: Buffer) => {
      this.#pieces.push(bytes)
      this.#wake?.()
    })
    this.#decoder.on('end', () => (this.#isEncodingWhole = true))
    this.#decoder.on('error', () => {})
    this.#decoder.on('close', () => this.#finish())
    const asked = typeof address === 'string' ? { url: address, protocol: 'HTTP/1.1' as const } : address
    this.#message = openMessage(
      asked,
      { 'accept-encoding': encoding, ...fields },
      { data: (bytes) => this.#read(bytes), over: (isWhole) => this.#end(isWhole) },
    )
  }

  /** The head. */
  head(): Promise<Message> {
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
    message.leave()
  }

  async #when(isSeen: (bytes: Buffer) => boolean): Promise<void> {
    while (!isSeen(Buffer.concat(this.#pieces))) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #read(bytes: Buffer): void {
    this.#received.push(bytes)
    if (!this.#decoder.destroyed) this.#decoder.write(bytes)
  }

  // The decoder says whether its encoding was whole when its input ends.
  #end(isWhole: boolean): void {
    this.#isMessageWhole = isWhole
    if (this.#decoder.destroyed) this.#finish()
    else this.#decoder.end()
  }

  #finish(): void {
    const bytes = Buffer.concat(this.#pieces)
    if (this.#isMessageWhole === undefined) return
    const isMessageWhole = this.#isMessageWhole
    this.#over.resolve({ bytes, isEncodingWhole: this.#isEncodingWhole, isMessageWhole })
  }
}
