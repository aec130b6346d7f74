import type { Socket } from 'node:net'
import { connectClient } from './connect-client.ts'
import { DecodeReply } from './decode-reply.ts'
import type { Protocol, TestClient } from './test-client.ts'

/** A client that sends text and sees the very bytes that come back, framing and all. */
export class RawClient implements TestClient {
  readonly protocol: Protocol
  readonly socket: Socket
  #text = ''
  #ended: 'no' | 'end' | 'reset' = 'no'
  #wake: (() => void) | undefined

  constructor(port: number, protocol: 'HTTP/1.1' | 'HTTP/1.1, TLS' = 'HTTP/1.1') {
    this.protocol = protocol
    this.socket = connectClient(port, protocol)
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text: string) => {
      this.#text += text
      this.#wake?.()
    })
    this.socket.on('end', () => this.#onEnd())
    this.socket.on('error', () => this.#end('reset'))
  }

  get received(): string {
    return this.#text
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  get(path: string, ...fields: string[]): void {
    this.request('GET', path, ...fields)
  }

  /** Sends a request without a body. */
  request(method: string, path: string, ...fields: string[]): void {
    this.send([`${method} ${path} HTTP/1.1`, 'Host: test', ...fields, '', ''].join('\r\n'))
  }

  /** Sends a request of HTTP/1.0, as old proxies do. */
  getOld(path: string, ...fields: string[]): void {
    this.send([`GET ${path} HTTP/1.0`, ...fields, '', ''].join('\r\n'))
  }

  /** Waits until the bytes so far hold this text, and takes everything up to its end; chunks may cut it where it is long. */
  async until(text: string): Promise<string> {
    for (;;) {
      const end = text.length > ONE_CHUNK ? findEnd(this.#text, text) : endOf(this.#text, text)
      if (end !== -1) {
        const taken = this.#text.slice(0, end)
        this.#text = this.#text.slice(end)
        return taken
      }
      if (this.#ended !== 'no')
        throw new Error(`The connection ended (${this.#ended}) before ${JSON.stringify(text)}: ${this.#text}`)
      await this.#more()
    }
  }

  /** Waits for a chunk with exactly this text, or several if it is long, and takes everything up to their end. */
  async untilChunk(text: string): Promise<void> {
    const bytes = Buffer.from(text).toString('latin1')
    if (bytes.length <= ONE_CHUNK) return void (await this.until(this.toChunk(text)))
    for (let taken: TakenChunks | undefined; !taken;) {
      taken = takeChunks(this.#text, bytes)
      if (taken) this.#text = taken.rest
      else if (this.#ended === 'no') await this.#more()
      else throw new Error(`The connection ended (${this.#ended}) before ${bytes.length} bytes in chunks`)
    }
  }

  /** Waits for a last chunk without trailers, and takes everything up to it; gives what stood before it. */
  async untilEnd(): Promise<string> {
    const end = '0\r\n\r\n'
    return (await this.until(end)).slice(0, -end.length)
  }

  async untilCut(): Promise<string> {
    const { text } = await this.toEnd()
    if (text.endsWith('0\r\n\r\n')) throw new Error(`The body has ended in place of being cut: ${text}`)
    this.#text = ''
    return text
  }

  toChunk(text: string): string {
    const bytes = Buffer.from(text)
    return `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`
  }

  /** Waits for the next reply, whole or cut by the end of the connection, and takes it. */
  async reply(method = 'GET'): Promise<DecodeReply> {
    const decoder = new DecodeReply(method)
    for (;;) {
      decoder.push(this.#text)
      this.#text = ''
      if (decoder.isComplete) break
      if (this.#ended !== 'no') return decoder.finish()
      await this.#more()
    }
    this.#text = decoder.rest
    return decoder
  }

  /** Waits for the end of the connection: everything that was left, and whether it was an end or a reset. */
  async toEnd(): Promise<{ text: string; how: 'end' | 'reset' }> {
    while (this.#ended === 'no') await this.#more()
    return { text: this.#text, how: this.#ended }
  }

  /** Stops to read: what the server sends piles up in the kernel, then in the server. */
  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  leave(): void {
    this.socket.destroy()
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }

  #onEnd(): void {
    const mayBeReset = endsMayBeResets && this.protocol === 'HTTP/1.1' && !this.socket.writableEnded
    if (!mayBeReset) return this.#end('end')
    this.socket.write('\r\n', (error) => {
      if (!error) this.#end('end')
    })
  }

  #end(how: 'end' | 'reset'): void {
    if (this.#ended === 'no') this.#ended = how
    this.#wake?.()
  }
}

// What leaves in one chunk, whoever sends it.
const ONE_CHUNK = 16_384

function endOf(text: string, data: string): number {
  const at = text.indexOf(data)
  return at === -1 ? -1 : at + data.length
}

// Where data without line ends are over that borders of chunks may cut; -1 as long as they are not all there.
function findEnd(text: string, data: string): number {
  let at = text.indexOf(data.slice(0, 64))
  if (at === -1) return -1
  for (let place = 0; ;) {
    const cut = text.indexOf('\r\n', at)
    const part = text.slice(at, Math.min(cut === -1 ? Infinity : cut, at + data.length - place))
    if (!data.startsWith(part, place)) throw new Error('Other bytes have come')
    at += part.length
    place += part.length
    if (place === data.length) return at
    const [border] = /^\r\n[0-9a-f]+\r\n/.exec(text.slice(at, at + 20)) ?? []
    if (border === undefined) return -1
    at += border.length
  }
}

interface TakenChunks {
  readonly rest: string
}

// Undefined as long as they are not all there; throws where they hold something else.
function takeChunks(text: string, data: string): TakenChunks | undefined {
  const first = text.indexOf(`\r\n${data.slice(0, 64)}`)
  if (first < 0) return undefined
  let at = text.lastIndexOf('\n', first - 1) + 1
  for (let place = 0; place < data.length;) {
    const line = text.indexOf('\r\n', at)
    const size = line < 0 ? Number.NaN : Number.parseInt(text.slice(at, line), 16)
    if (!(text.length >= line + size + 4)) return undefined
    const chunk = text.slice(line + 2, line + 2 + size)
    if (size === 0 || chunk !== data.slice(place, place + size)) throw new Error('Other chunks have come')
    place += size
    at = line + size + 4
  }
  return { rest: text.slice(at) }
}

// libuv tells a reset that comes together with the last bytes as an end there. A write still tells the two apart.
const endsMayBeResets = process.versions.node.startsWith('22.')
