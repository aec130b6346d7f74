import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { testCertificate } from './connect-client.ts'

/** The server's side of one connection, whose bytes a test writes by hand. */
export class ByteServerSide {
  readonly socket: Socket
  readonly #below: Socket
  #text = ''
  #isOver = false
  #wake: (() => void) | undefined

  /** With TLS, `below` is the socket that carries it. */
  constructor(socket: Socket, below = socket) {
    this.socket = socket
    this.#below = below
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#text += text
      this.#wake?.()
    })
    const onOver = (): void => {
      this.#isOver = true
      this.#wake?.()
    }
    socket.on('error', onOver).on('end', onOver).on('close', onOver)
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** Resets the connection; below TLS, where that must wait for the moment when TLS lets go of the socket. */
  reset(): void {
    if (this.#below === this.socket) this.socket.resetAndDestroy()
    else Object.assign(this.#below, { resetAndClosing: true })
    this.socket.destroy()
  }

  /** Sends, and resets the connection as soon as the bytes are with the kernel. */
  sendAndReset(text: string): void {
    this.socket.write(text, 'latin1', () => this.reset())
  }

  /** Waits for a text from the client, and takes everything up to its end. */
  async until(text: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(text)
      if (at !== -1) return this.#take(at + text.length)
      if (this.#isOver) throw new Error(`The client left before ${JSON.stringify(text)}: ${this.#text}`)
      await this.#more()
    }
  }

  /** Waits for the next request without a body. */
  request(): Promise<string> {
    return this.until('\r\n\r\n')
  }

  /** Waits until the client has gone. */
  async whenLeft(): Promise<void> {
    while (!this.#isOver) await this.#more()
  }

  #take(length: number): string {
    const taken = this.#text.slice(0, length)
    this.#text = this.#text.slice(length)
    return taken
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    return promise
  }
}

/** A server that says what a test writes, and no more; everything is gone after the test. */
export async function openByteServer({
  tls = false,
  alpn = ['http/1.1'],
  certificate = testCertificate,
  host = '127.0.0.1',
} = {}) {
  const sides: ByteServerSide[] = []
  const sockets = new Set<Socket>()
  let came = Promise.withResolvers<void>()
  const onSocket = (socket: Socket): void => {
    const below = [...sockets].find(({ remotePort }) => remotePort === socket.remotePort)
    sides.push(new ByteServerSide(socket, below))
    came.resolve()
    came = Promise.withResolvers()
  }
  const options = { allowHalfOpen: true, noDelay: true }
  const server: Server = tls
    ? createTlsServer({ ...options, ...certificate, ALPNProtocols: alpn }, onSocket)
    : createServer(options, onSocket)
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const next = async (): Promise<ByteServerSide> => {
    for (;;) {
      const side = sides.shift()
      if (side) return side
      await came.promise
    }
  }
  const port = toPort(server)
  return { port, url: new URL(`${tls ? 'https' : 'http'}://${host}:${port}/`), next, server }
}

function toPort(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
