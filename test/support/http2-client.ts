import type { Socket } from 'node:net'
import { connectClient, isSecure } from './connect-client.ts'
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
import { Http2Reply } from './http2-reply.ts'
import type { Protocol, TestClient } from './test-client.ts'
import { TranslateRequest } from './translate-request.ts'

/** Bytes of one reply that may be under way; a client that does not read has this many sent to it, and no more. */
export const STREAM_WINDOW = 1 << 20

const CONNECTION_WINDOW = 1 << 26
const FIRST_WINDOW = 65_535
const SEND_LIMIT = 16_384
const CANCEL = 8

/** What the server has said of the end of a connection. */
export interface GoAway {
  readonly last: number
  readonly code: number
}

/** The bytes that the server takes of a stream or of all. */
interface Window {
  left: number
}

interface Stream extends Window {
  readonly id: number
  readonly reply: Http2Reply
  /** Data for which there is no window yet. */
  readonly waiting: { data: Buffer; isEnd: boolean }[]
}

/** A client of HTTP/2 that sends requests as they are written for HTTP/1, and sees the very frames that come back. */
export class Http2Client implements TestClient {
  readonly protocol: Protocol
  readonly socket: Socket
  /** Each frame that has come, in short: its type and its stream. */
  readonly frames: { readonly type: number; readonly stream: number; readonly bytes: number }[] = []
  /** What the server has said last of the end of the connection. */
  goAway: GoAway | undefined
  readonly #reader = new FrameReader()
  readonly #translate: TranslateRequest
  readonly #streams = new Map<number, Stream>()
  readonly #replies: Http2Reply[] = []
  readonly #connection: Window = { left: FIRST_WINDOW }
  #streamWindow = FIRST_WINDOW
  #nextId = 1
  #sending: Stream | undefined
  #headers: { stream: number; blocks: Buffer[]; isEnd: boolean } | undefined
  #isPaused = false
  readonly #owed = new Map<number, number>()
  #ended: 'no' | 'end' | 'reset' = 'no'
  #fault: unknown
  #waiting: (() => void)[] = []

  constructor(port: number, protocol: Protocol = 'h2c') {
    this.protocol = protocol
    this.#translate = new TranslateRequest(isSecure(protocol) ? 'https' : 'http')
    this.socket = connectClient(port, protocol)
    this.socket.setNoDelay(true)
    this.socket.on('data', (bytes: Buffer) => this.#read(bytes))
    this.socket.on('end', () => this.#end('end'))
    this.socket.on('error', (error) => this.#fail(error))
    this.socket.on('close', () => this.#end('reset'))
    this.socket.write(preface, 'latin1')
    // No dynamic table, no pushes, and windows wide enough that no small block is divided.
    const settings = [1, 0, 2, 0, 4, STREAM_WINDOW].map((value, index) =>
      index % 2 === 0 ? Buffer.of(0, value) : toUInt32(value),
    )
    this.#write(frameTypes.settings, 0, Buffer.concat(settings))
    this.#write(frameTypes.windowUpdate, 0, toUInt32(CONNECTION_WINDOW - FIRST_WINDOW))
  }

  get received(): string {
    return this.#replies[0]?.rest ?? ''
  }

  /** The bytes of DATA frames that have come on all streams. */
  get dataBytes(): number {
    return this.frames.reduce((sum, { type, bytes }) => (type === frameTypes.data ? sum + bytes : sum), 0)
  }

  send(text: string): void {
    for (const part of this.#translate.push(text)) {
      if (part.kind === 'data') this.#sendData(part.data, part.isEnd)
      else this.#open(part.method, encodeFields(part.fields), part.isEnd)
    }
  }

  get(path: string, ...fields: string[]): void {
    this.request('GET', path, ...fields)
  }

  request(method: string, path: string, ...fields: string[]): void {
    this.send([`${method} ${path} HTTP/1.1`, 'Host: test', ...fields, '', ''].join('\r\n'))
  }

  getOld(): never {
    throw new Error('Cannot send a request of HTTP/1.0 on HTTP/2')
  }

  async until(text: string): Promise<string> {
    return this.#take(
      (reply) => reply.take(text),
      () => JSON.stringify(text),
    )
  }

  async untilChunk(text: string): Promise<void> {
    const bytes = Buffer.from(text).toString('latin1')
    await this.#take(
      (reply) => reply.takeFrame(bytes),
      () => `a frame with ${JSON.stringify(text.slice(0, 200))}`,
    )
  }

  async untilEnd(): Promise<string> {
    const reply = await this.#over()
    if (!reply.isComplete)
      throw new Error(`The stream was reset (${reply.resetCode}) before its end: ${reply.rest}`)
    return reply.takeAll()
  }

  async untilCut(): Promise<string> {
    const reply = await this.#over()
    if (reply.isComplete) throw new Error(`The stream has ended in place of being reset: ${reply.rest}`)
    return reply.takeAll()
  }

  toChunk(text: string): string {
    return text
  }

  /** Waits for the head of the next reply, which may be an interim one, and takes nothing. */
  async head(): Promise<Http2Reply> {
    for (;;) {
      const [reply] = this.#replies
      if (this.#fault !== undefined) throw this.#fault
      if (reply && reply.statusLine !== '') return reply
      if (reply?.isOver || this.#ended !== 'no') throw this.#gone('its head')
      await this.#more()
    }
  }

  /** The data of the next reply as it comes; ends when no more can come, and then the reply is taken. */
  async *data(): AsyncGenerator<Buffer, void> {
    const reply = await this.head()
    for (let at = 0; ;) {
      const data = reply.chunks[at++]
      if (data) yield data
      else if (reply.isOver) break
      else {
        at--
        await this.#more()
      }
    }
    await this.#over()
  }

  /** Puts the reply that is waited for behind the others. */
  skip(): void {
    this.#replies.push(...this.#replies.splice(0, 1))
  }

  async reply(): Promise<Http2Reply> {
    return this.#over()
  }

  async toEnd(): Promise<{ text: string; how: 'end' | 'reset' }> {
    while (this.#ended === 'no') await this.#more()
    const text = this.#replies.map((reply) => reply.takeAll()).join('')
    return { text, how: this.#ended }
  }

  pause(): void {
    this.#isPaused = true
    this.socket.pause()
  }

  /** Goes on reading, but lets the windows of all streams close, until {@link resume}. */
  holdWindows(): void {
    this.#isPaused = true
  }

  /** Opens the window of the reply that is waited for by so many bytes, although it is held. */
  grant(bytes: number): void {
    for (const { id, reply } of this.#streams.values()) {
      if (reply === this.#replies[0]) this.#write(frameTypes.windowUpdate, id, toUInt32(bytes))
    }
  }

  resume(): void {
    this.#isPaused = false
    for (const [stream, bytes] of this.#owed) this.#write(frameTypes.windowUpdate, stream, toUInt32(bytes))
    this.#owed.clear()
    this.socket.resume()
  }

  leave(): void {
    this.socket.destroy()
  }

  /** Wants no more of the reply that is waited for, and leaves the connection as it is. */
  cancel(code = CANCEL): void {
    for (const { id, reply } of this.#streams.values()) {
      if (reply === this.#replies[0]) this.#write(frameTypes.resetStream, id, toUInt32(code))
    }
  }

  /** Waits until something has come, whatever it is. */
  async whenFrame(isMet: (client: this) => boolean): Promise<void> {
    while (!isMet(this)) {
      if (this.#ended !== 'no') throw this.#gone('a frame')
      await this.#more()
    }
  }

  // A reply that is over and does not hold what is waited for is passed by, as its bytes are on HTTP/1.
  async #take(take: (reply: Http2Reply) => string | undefined, describe: () => string): Promise<string> {
    for (;;) {
      const [reply] = this.#replies
      const taken = reply && take(reply)
      if (taken !== undefined) return taken
      if (this.#fault !== undefined) throw this.#fault
      if (reply?.isOver && this.#replies.length > 1) this.#replies.shift()
      else if (reply?.isOver || this.#ended !== 'no') throw this.#gone(describe())
      else await this.#more()
    }
  }

  async #over(): Promise<Http2Reply> {
    for (;;) {
      const [reply] = this.#replies
      if (this.#fault !== undefined) throw this.#fault
      if (reply?.isOver) {
        this.#replies.shift()
        return reply
      }
      if (this.#ended !== 'no') throw this.#gone('a reply')
      await this.#more()
    }
  }

  #gone(what: string): Error {
    return new Error(`The reply or its connection (${this.#ended}) ended before ${what}: ${this.received}`)
  }

  #open(method: string, block: Buffer, isEnd: boolean): void {
    const id = this.#nextId
    this.#nextId += 2
    const stream = { id, reply: new Http2Reply(method), left: this.#streamWindow, waiting: [] }
    this.#streams.set(id, stream)
    this.#replies.push(stream.reply)
    this.#sending = stream
    let flags = isEnd ? frameFlags.endStream : 0
    let type: number = frameTypes.headers
    let rest = block
    for (; rest.length > SEND_LIMIT; rest = rest.subarray(SEND_LIMIT)) {
      this.#write(type, id, rest.subarray(0, SEND_LIMIT), flags)
      type = frameTypes.continuation
      flags = 0
    }
    this.#write(type, id, rest, flags | frameFlags.endHeaders)
  }

  #sendData(data: Buffer, isEnd: boolean): void {
    this.#sending?.waiting.push({ data, isEnd })
    if (this.#sending) this.#flush(this.#sending)
  }

  #flush(stream: Stream): void {
    for (let next = stream.waiting[0]; next; next = stream.waiting[0]) {
      const size = Math.min(next.data.length, SEND_LIMIT, stream.left, this.#connection.left)
      if (size <= 0 && next.data.length > 0) return
      const isWhole = size === next.data.length
      const flags = isWhole && next.isEnd ? frameFlags.endStream : 0
      this.#write(frameTypes.data, stream.id, next.data.subarray(0, size), flags)
      stream.left -= size
      this.#connection.left -= size
      if (isWhole) stream.waiting.shift()
      else next.data = next.data.subarray(size)
    }
  }

  #write(type: number, stream: number, payload: Buffer, flags = 0): void {
    if (!this.socket.destroyed) this.socket.write(formatFrame({ type, flags, stream, payload }))
  }

  #read(bytes: Buffer): void {
    try {
      for (const frame of this.#reader.push(bytes)) {
        this.frames.push({ type: frame.type, stream: frame.stream, bytes: frame.payload.length })
        this.#takeFrame(frame)
      }
    } catch (error) {
      this.#fail(error)
      this.socket.destroy()
    }
    this.#notify()
  }

  #takeFrame(frame: Http2Frame): void {
    const { type, flags, stream, payload } = frame
    const reply = this.#streams.get(stream)?.reply
    const isEnd = (flags & frameFlags.endStream) !== 0
    if (type === frameTypes.data) return this.#takeData(frame, isEnd)
    if (type === frameTypes.headers) this.#headers = { stream, blocks: [toContent(frame)], isEnd }
    if (type === frameTypes.continuation) this.#headers?.blocks.push(payload)
    if (type === frameTypes.headers || type === frameTypes.continuation) this.#takeHeaders(flags)
    if (type === frameTypes.resetStream) reply?.reset(payload.readUInt32BE(0))
    if (type === frameTypes.settings && !(flags & frameFlags.ack)) this.#takeSettings(payload)
    if (type === frameTypes.ping && !(flags & frameFlags.ack)) this.#write(type, 0, payload, frameFlags.ack)
    if (type === frameTypes.goAway)
      this.goAway = { last: payload.readUInt32BE(0), code: payload.readUInt32BE(4) }
    if (type === frameTypes.windowUpdate) this.#takeWindow(stream, payload.readUInt32BE(0))
  }

  #takeData(frame: Http2Frame, isEnd: boolean): void {
    const reply = this.#streams.get(frame.stream)?.reply
    reply?.addData(toContent(frame), isEnd)
    const { length } = frame.payload
    if (length === 0) return
    this.#give(0, length)
    if (!isEnd) this.#give(frame.stream, length)
  }

  #give(stream: number, bytes: number): void {
    if (this.#isPaused) this.#owed.set(stream, (this.#owed.get(stream) ?? 0) + bytes)
    else this.#write(frameTypes.windowUpdate, stream, toUInt32(bytes))
  }

  #takeHeaders(flags: number): void {
    if (!(flags & frameFlags.endHeaders) || !this.#headers) return
    const { stream, blocks, isEnd } = this.#headers
    this.#headers = undefined
    this.#streams.get(stream)?.reply.addFields(decodeFields(Buffer.concat(blocks)), isEnd)
  }

  #takeSettings(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== 4) continue
      const change = payload.readUInt32BE(at + 2) - this.#streamWindow
      this.#streamWindow += change
      for (const stream of this.#streams.values()) stream.left += change
    }
    this.#write(frameTypes.settings, 0, Buffer.alloc(0), frameFlags.ack)
  }

  #takeWindow(id: number, bytes: number): void {
    const window = id === 0 ? this.#connection : this.#streams.get(id)
    if (window) window.left += bytes
    for (const stream of this.#streams.values()) this.#flush(stream)
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    return promise
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #fail(error: unknown): void {
    if (!(error instanceof Error && 'code' in error)) this.#fault ??= error
    this.#end('reset')
  }

  #end(how: 'end' | 'reset'): void {
    if (this.#ended === 'no') this.#ended = how
    for (const reply of this.#replies) if (!reply.isOver) reply.reset()
    this.#notify()
  }
}
