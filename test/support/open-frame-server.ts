import { encodeFields } from './encode-fields.ts'
import { formatFrame, frameFlags, FrameReader, frameTypes, preface, toUInt32 } from './http2-frame.ts'
import { openByteServer, type ByteServerSide } from './open-byte-server.ts'

/** The server's side of one connection of HTTP/2, whose frames a test writes by hand. */
class FrameServerSide {
  readonly bytes: ByteServerSide
  /** Types of the frames that the client has sent on each stream. */
  readonly received: { type: number; stream: number; payload: Buffer }[] = []
  readonly #reader = new FrameReader()
  #opening: Buffer | undefined = Buffer.alloc(0)
  #wake: (() => void) | undefined

  constructor(bytes: ByteServerSide) {
    this.bytes = bytes
    bytes.socket.on('data', (text: string) => this.#read(Buffer.from(text, 'latin1')))
  }

  /** Sends the settings that every server sends first, and takes those of the client. */
  async start(): Promise<void> {
    this.write(frameTypes.settings, 0, Buffer.alloc(0))
    await this.until(frameTypes.settings, 0)
    this.write(frameTypes.settings, 0, Buffer.alloc(0), frameFlags.ack)
  }

  write(type: number, stream: number, payload: Buffer, flags = 0): void {
    this.bytes.socket.write(formatFrame({ type, flags, stream, payload }))
  }

  head(stream: number, fields: readonly (readonly [string, string])[], isEnd = false): void {
    const block = encodeFields(fields)
    this.write(frameTypes.headers, stream, block, frameFlags.endHeaders | (isEnd ? frameFlags.endStream : 0))
  }

  data(stream: number, text: string, isEnd = false): void {
    this.write(frameTypes.data, stream, Buffer.from(text), isEnd ? frameFlags.endStream : 0)
  }

  resetStream(stream: number, code: number): void {
    this.write(frameTypes.resetStream, stream, toUInt32(code))
  }

  goAway(last: number, code: number, text = ''): void {
    this.write(frameTypes.goAway, 0, Buffer.concat([toUInt32(last, code), Buffer.from(text)]))
  }

  /** Waits for a frame of this type on a stream. */
  async until(type: number, stream: number): Promise<Buffer> {
    for (;;) {
      const frame = this.received.find((one) => one.type === type && one.stream === stream)
      if (frame) return frame.payload
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #read(bytes: Buffer): void {
    let rest = bytes
    if (this.#opening) {
      const opening = Buffer.concat([this.#opening, bytes])
      this.#opening = opening.length < preface.length ? opening : undefined
      rest = opening.subarray(preface.length)
    }
    this.received.push(...this.#reader.push(rest))
    this.#wake?.()
  }
}

/** A server of HTTP/2 that sends the frames that a test writes, and no more; everything is gone after the test. */
export async function openFrameServer({ tls = false } = {}) {
  const { next, ...server } = await openByteServer({ tls, alpn: ['h2'] })
  return { ...server, next: async () => new FrameServerSide(await next()) }
}
