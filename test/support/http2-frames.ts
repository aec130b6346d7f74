import { connect, type Socket } from 'node:net'
import { decodeFields } from './decode-fields.ts'
import { encodeFields } from './encode-fields.ts'
import {
  formatFrame,
  frameFlags,
  FrameReader,
  frameTypes,
  type Http2Frame,
  preface,
  toContent,
  toUInt32,
} from './http2-frame.ts'

export interface Http2FramesOptions {
  /** Bytes that may be sent on each stream before it is given more; the default of HTTP/2 is the default. */
  window?: number
  /** Whether it answers PING by itself, as every client must. */
  answersPings?: boolean
}

/** A client of HTTP/2 that does nothing by itself but what it must, and keeps every frame that comes, in order. */
export class Http2Frames {
  readonly socket: Socket
  /** Every frame so far. */
  readonly seen: Http2Frame[] = []
  /** True when the connection is closed, by whomever. */
  isClosed = false
  readonly #reader = new FrameReader()
  readonly #answersPings: boolean
  #at = 0
  #wake: (() => void) | undefined

  constructor(port: number, { window = 65_535, answersPings = true }: Http2FramesOptions = {}) {
    this.#answersPings = answersPings
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.isClosed = true
      this.#wake?.()
    })
    this.socket.write(preface, 'latin1')
    // HEADER_TABLE_SIZE 0, as the decoder keeps none, and INITIAL_WINDOW_SIZE.
    const settings = [Buffer.of(0, 1), toUInt32(0), Buffer.of(0, 4), toUInt32(window)]
    this.send(frameTypes.settings, { payload: Buffer.concat(settings) })
  }

  send(type: number, { stream = 0, flags = 0, payload }: Partial<Http2Frame> = {}): void {
    this.socket.write(formatFrame({ type, flags, stream, payload: payload ?? Buffer.alloc(0) }))
  }

  /** A request; without `isOpen` nothing follows its head. */
  request(stream: number, fields: Readonly<Record<string, string>> = {}, { isOpen = false } = {}): void {
    const all = { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'test', ...fields }
    const entries = Object.entries(all).filter(([, value]) => value !== '')
    const flags = frameFlags.endHeaders | (isOpen ? 0 : frameFlags.endStream)
    this.send(frameTypes.headers, { stream, flags, payload: encodeFields(entries) })
  }

  data(stream: number, bytes: string | Buffer, { isEnd = false } = {}): void {
    this.send(frameTypes.data, {
      stream,
      flags: isEnd ? frameFlags.endStream : 0,
      payload: Buffer.from(bytes),
    })
  }

  /** Lets so many bytes more be sent, on a stream or with 0 on all of them together. */
  allow(stream: number, bytes: number): void {
    this.send(frameTypes.windowUpdate, { stream, payload: toUInt32(bytes) })
  }

  reset(stream: number, code = 8): void {
    this.send(frameTypes.resetStream, { stream, payload: toUInt32(code) })
  }

  /** The next frame of this type, of those on this stream; those before it are passed by. */
  async next(type: number, stream?: number): Promise<Http2Frame> {
    for (;;) {
      while (this.#at < this.seen.length) {
        const frame = this.seen[this.#at++]
        if (frame?.type === type && (stream === undefined || frame.stream === stream)) return frame
      }
      if (this.isClosed) throw new Error(`The connection was closed before a frame of type ${type}`)
      await this.#more()
    }
  }

  /** The fields of the next head on this stream. */
  async head(stream: number): Promise<Record<string, string>> {
    return toFields(await this.next(frameTypes.headers, stream))
  }

  /** The text of the next frame of data on this stream that is not empty. */
  async text(stream: number): Promise<string> {
    for (;;) {
      const content = toContent(await this.next(frameTypes.data, stream)).toString('latin1')
      if (content !== '') return content
    }
  }

  /** Waits for the end of a stream: how it was told, and all of its data. */
  async over(stream: number): Promise<{ how: 'end' | number; text: string }> {
    for (;;) {
      const frames = this.seen.filter((frame) => frame.stream === stream)
      const last = frames.find((frame) => isLast(frame))
      const data = frames.filter(({ type }) => type === frameTypes.data)
      const text = Buffer.concat(data.map((frame) => toContent(frame))).toString('latin1')
      if (last?.type === frameTypes.resetStream) return { how: last.payload.readUInt32BE(), text }
      if (last) return { how: 'end', text }
      if (this.isClosed) throw new Error(`The connection was closed before the end of stream ${stream}`)
      await this.#more()
    }
  }

  /** True when a frame on this stream has said that it ends. */
  hasEnded(stream: number): boolean {
    return this.seen.some((frame) => frame.stream === stream && isEnd(frame))
  }

  async whenClosed(): Promise<void> {
    while (!this.isClosed) await this.#more()
  }

  leave(): void {
    this.socket.destroy()
  }

  #onData(bytes: Buffer): void {
    for (const frame of this.#reader.push(bytes)) {
      this.seen.push({ ...frame, payload: Buffer.from(frame.payload) })
      this.#answer(frame)
    }
    this.#wake?.()
  }

  #answer({ type, flags, payload }: Http2Frame): void {
    const isAsked = (flags & frameFlags.ack) === 0
    if (type === frameTypes.settings && isAsked) this.send(type, { flags: frameFlags.ack })
    if (type === frameTypes.ping && isAsked && this.#answersPings)
      this.send(type, { flags: frameFlags.ack, payload })
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }
}

/** The fields of a head or of trailers; values that came apart are joined by a line break. */
export function toFields(frame: Http2Frame): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [name, value] of decodeFields(toContent(frame))) {
    fields[name] = name in fields ? `${fields[name]}\n${value}` : value
  }
  return fields
}

function isEnd({ type, flags }: Http2Frame): boolean {
  const mayEnd = type === frameTypes.data || type === frameTypes.headers
  return mayEnd && (flags & frameFlags.endStream) !== 0
}

function isLast(frame: Http2Frame): boolean {
  return frame.type === frameTypes.resetStream || isEnd(frame)
}
