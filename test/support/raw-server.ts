import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { testCertificate } from './connect-client.ts'

/** A step of a reply that is written by hand: bytes to write, milliseconds to wait, or what to do with the connection. */
export type RawStep = string | Uint8Array | number | 'end' | 'reset'

/** A server that answers each connection with the same bytes, whatever it is asked, at its own pace. */
export class RawServer {
  readonly #server: ReturnType<typeof createServer>
  readonly #sockets = new Set<Socket>()
  readonly #isSecure: boolean

  private constructor(steps: readonly RawStep[], isSecure: boolean) {
    this.#isSecure = isSecure
    const onSocket = (socket: Socket): void => {
      this.#sockets.add(socket)
      // Whoever leaves in the middle is what some tests are about.
      socket.on('error', () => {})
      socket.once('data', () => void play(steps, socket))
    }
    this.#server = isSecure ? createTlsServer(testCertificate, onSocket) : createServer(onSocket)
    this.#server.on('tlsClientError', () => {})
  }

  /** Opens a server for a reply; its end and its reset close the connection, otherwise it stays open. */
  static async open(steps: readonly RawStep[], { isSecure = false } = {}): Promise<RawServer> {
    const server = new RawServer(steps, isSecure)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string')
      throw new Error('Cannot tell the port: it is not open')
    return address.port
  }

  get url(): string {
    return `${this.#isSecure ? 'https://localhost' : 'http://127.0.0.1'}:${this.port}/`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

async function play(steps: readonly RawStep[], socket: Socket): Promise<void> {
  for (const step of steps) {
    if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step))
    else if (step === 'end') socket.end()
    else if (step === 'reset') socket.resetAndDestroy()
    else socket.write(step)
  }
}

/** A chunk of HTTP/1.1. */
export function toChunk(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** The last chunk. */
export const lastChunk = '0\r\n\r\n'

/** The head of a reply in chunks, or with other fields in their place. */
export function toHead(type: string, ...fields: string[]): string {
  const framing = fields.some((field) => /^content-length/i.test(field)) ? [] : ['Transfer-Encoding: chunked']
  return ['HTTP/1.1 200 OK', `Content-Type: ${type}`, ...framing, ...fields, '', ''].join('\r\n')
}
