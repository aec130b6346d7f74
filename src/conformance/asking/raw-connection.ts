import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ConnectError, type ConnectOptions } from '../../client/connection.ts'

/** A connection of HTTP/1 for what a client would not send: half a head, two lengths, a request and a FIN. */
export class RawConnection {
  text = ''
  ended: 'no' | 'end' | 'reset' = 'no'
  readonly #socket: Socket
  readonly #waiting = new Set<() => void>()

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => {
      this.text += bytes.toString('latin1')
      this.#tell()
    })
    socket.on('end', () => this.#end('end'))
    socket.on('error', () => this.#end('reset'))
    socket.on('close', () => this.#end('end'))
  }

  /** @throws ConnectError when the server cannot be connected to. */
  static async open(
    url: URL,
    { ca, insecure = false, timeout = 10_000 }: ConnectOptions,
  ): Promise<RawConnection> {
    const isSecure = url.protocol === 'https:'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port) || (isSecure ? 443 : 80)
    const secret = {
      servername: isIP(host) ? '' : host,
      rejectUnauthorized: !insecure,
      ALPNProtocols: ['http/1.1'],
    }
    const socket = isSecure
      ? connectTls({ host, port, ...secret, ...(ca === undefined ? {} : { ca: Buffer.from(ca) }) })
      : connect({ host, port, allowHalfOpen: true })
    await connected(socket, isSecure ? 'secureConnect' : 'connect', timeout)
    return new RawConnection(socket)
  }

  write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1')
  }

  /** Closes this side, as one that has sent its request may. */
  endWriting(): void {
    this.#socket.end()
  }

  /** Waits until something is so, or the connection has ended, or the time is over; gives whether it is so. */
  async until(isSo: (raw: this) => boolean, ms: number): Promise<boolean> {
    const deadline = performance.now() + ms
    while (!isSo(this) && this.ended === 'no' && performance.now() < deadline) {
      await this.#more(deadline - performance.now())
    }
    return isSo(this)
  }

  close(): void {
    this.#socket.destroy()
  }

  #more(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#waiting.add(resolve)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(resolve)
    })
  }

  #end(how: 'end' | 'reset'): void {
    if (this.ended === 'no') this.ended = how
    this.#tell()
  }

  #tell(): void {
    for (const resolve of this.#waiting) resolve()
  }
}

function connected(socket: Socket, event: string, timeout: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (cause: Error) => {
    socket.destroy()
    reject(new ConnectError('refused', `Cannot connect: ${cause.message}`, { cause }))
  }
  const timer = setTimeout(() => fail(new Error(`nothing within ${timeout} ms`)), timeout)
  socket.once(event, resolve)
  socket.once('error', fail)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.off('error', fail)
  })
}
