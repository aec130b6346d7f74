import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Passes bytes on between clients and a server, until it is told to drop every connection; who comes then waits. */
export class DroppingProxy {
  readonly #server: Server
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  #held: Socket[] | undefined
  #passed = ''
  #wake: (() => void) | undefined

  private constructor(port: number) {
    this.#port = port
    this.#server = createServer((client) => {
      if (this.#held) this.#held.push(client.on('error', () => client.destroy()))
      else this.#join(client)
    })
  }

  static async open(port: number): Promise<DroppingProxy> {
    const proxy = new DroppingProxy(port)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${isBound(address) ? address.port : 0}`
  }

  /** Waits until this was passed on to a client. */
  async untilPassed(text: string): Promise<void> {
    while (!this.#passed.includes(text)) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /**
   * Breaks every connection and holds new ones until {@link resume}. A `reset` discards what is on its way, an `end`
   * does not.
   */
  drop(how: 'reset' | 'end' = 'reset'): void {
    this.#held ??= []
    for (const socket of this.#sockets) {
      if (how === 'end') socket.destroy()
      else socket.resetAndDestroy()
    }
  }

  /** Passes on again. */
  resume(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const client of held) if (!client.destroyed) this.#join(client)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop()
    for (const client of this.#held ?? []) client.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    const server = connect(this.#port, '127.0.0.1')
    server.on('data', (bytes: Buffer) => {
      this.#passed += bytes.toString('latin1')
      this.#wake?.()
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
  }
}

function isBound(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}
