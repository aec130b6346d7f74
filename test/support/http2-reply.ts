import type { Field } from './decode-fields.ts'
import type { TestReply } from './test-client.ts'

/** Bytes that one frame of a server may have, unless its client allows more. */
const FRAME_LIMIT = 16_384

/** One reply of HTTP/2, as its frames come; text stands for bytes, as latin1. */
export class Http2Reply implements TestReply {
  readonly #method: string
  readonly chunks: Buffer[] = []
  readonly trailers = new Map<string, string>()
  readonly headers = new Map<string, string>()
  /** The last head, in the order in which it came. */
  fields: readonly Field[] = []
  /** The status of each head before the last. */
  readonly interim: number[] = []
  statusLine = ''
  /** True once the stream has ended. */
  isComplete = false
  /** Why the stream was broken off: a code of RFC 9113 §7. */
  resetCode: number | undefined
  #isOver = false
  #text = ''
  // Where frames begin and end in all the text, of which so much was taken.
  readonly #edges = new Set<number>()
  #taken = 0

  constructor(method: string) {
    this.#method = method
  }

  get status(): number {
    return Number(this.statusLine.split(' ')[1])
  }

  get framing(): 'none' | 'length' | 'stream' | 'unknown' {
    const { status } = this
    if (this.statusLine === '') return 'unknown'
    if (this.#method === 'HEAD' || status === 204 || status === 304) return 'none'
    return this.headers.has('content-length') ? 'length' : 'stream'
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks)
  }

  get text(): string {
    return this.body.toString()
  }

  /** True when nothing more can come. */
  get isOver(): boolean {
    return this.isComplete || this.#isOver
  }

  /** Heads and data that were not taken. */
  get rest(): string {
    return this.#text
  }

  addFields(fields: readonly Field[], isEnd: boolean): void {
    const status = new Map(fields).get(':status')
    if (status === undefined) addAll(this.trailers, fields)
    else this.#addHead(status, fields)
    if (isEnd) this.end()
  }

  addData(data: Buffer, isEnd: boolean): void {
    if (data.length > 0) this.chunks.push(data)
    this.#add(data.toString('latin1'))
    if (isEnd) this.end()
  }

  end(): void {
    const length = this.headers.get('content-length')
    const { framing } = this
    if (framing === 'length' && Number(length) !== this.body.length)
      throw new Error(`The stream ends after ${this.body.length} bytes of ${length}`)
    if (framing === 'none' && this.body.length > 0) throw new Error('There is a body where there is none')
    this.isComplete = true
  }

  /** The stream was broken off, or its connection has ended. */
  reset(code?: number): void {
    this.resetCode ??= code
    this.#isOver = true
  }

  /** Takes everything up to the end of this text, if it is there. */
  take(text: string): string | undefined {
    const at = this.#text.indexOf(text)
    return at === -1 ? undefined : this.#takeTo(at + text.length)
  }

  /** Takes everything up to the end of a frame, or of several if one cannot hold it, with exactly this text. */
  takeFrame(text: string): string | undefined {
    for (let at = this.#text.indexOf(text); at !== -1; at = this.#text.indexOf(text, at + 1)) {
      if (this.#isFrame(this.#taken + at, text.length)) return this.#takeTo(at + text.length)
    }
    return undefined
  }

  takeAll(): string {
    return this.#takeTo(this.#text.length)
  }

  #isFrame(start: number, length: number): boolean {
    if (!this.#edges.has(start) || !this.#edges.has(start + length)) return false
    if (length > FRAME_LIMIT) return true
    for (let at = start + 1; at < start + length; at++) if (this.#edges.has(at)) return false
    return true
  }

  #takeTo(end: number): string {
    const taken = this.#text.slice(0, end)
    this.#text = this.#text.slice(end)
    this.#taken += end
    return taken
  }

  #addHead(status: string, fields: readonly Field[]): void {
    if (this.status >= 100 && this.status < 200) this.interim.push(this.status)
    else if (this.statusLine !== '') throw new Error('There are two heads')
    this.statusLine = `HTTP/2 ${status}`
    this.fields = fields
    this.headers.clear()
    addAll(this.headers, fields)
    const lines = fields
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, value]) => `${name}: ${value}\r\n`)
    this.#add(`${this.statusLine}\r\n${lines.join('')}\r\n`)
  }

  #add(text: string): void {
    const start = this.#taken + this.#text.length
    this.#text += text
    this.#edges.add(start).add(start + text.length)
  }
}

function addAll(map: Map<string, string>, fields: readonly Field[]): void {
  for (const [name, value] of fields) {
    if (name !== name.toLowerCase()) throw new Error(`The field ${name} is not in lower case`)
    if (!name.startsWith(':')) map.set(name, map.has(name) ? `${map.get(name)}, ${value}` : value)
  }
}
