import type { Socket } from 'node:net'
import { ClientGone, type ShuttingDown } from '../delivery/errors.ts'

/** A reply that is being made on a connection. */
export interface Live {
  /** Breaks it off. */
  abort(reason: ClientGone | ShuttingDown): void
}

const none: readonly Live[] = []

/**
 * One connection and the replies that are being made on it, several where requests are pipelined. It listens once for
 * the departure of the client, whatever the number of requests.
 */
export class Connection {
  readonly #socket: Socket
  // In the order of their requests. Replaced, never changed: nearly always there is one, or none.
  #live: readonly Live[] = none
  #drained: PromiseWithResolvers<void> | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    const leave = () => this.abort(new ClientGone())
    socket.on('close', leave)
    // The client has closed its side: node:http ends the connection then, and takes no more of a reply.
    socket.on('end', leave)
  }

  /** True for the last reply of a connection that ends: those before it must not say so. */
  isEndingWith(live: Live): boolean {
    return this.#drained !== undefined && this.#live.at(-1) === live
  }

  add(live: Live): void {
    this.#live = [...this.#live, live]
  }

  remove(live: Live): void {
    this.#live = this.#live.length > 1 ? this.#live.filter((one) => one !== live) : none
    if (this.#drained) this.#endIfIdle(this.#drained)
  }

  /** Lets the replies end that are being made, and then the connection; resolves when their sources are closed. */
  drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers()
    this.#endIfIdle(this.#drained)
    return this.#drained.promise
  }

  /** Breaks every reply on the connection off. */
  abort(reason: ClientGone | ShuttingDown): void {
    for (const live of this.#live) live.abort(reason)
  }

  #endIfIdle({ resolve }: PromiseWithResolvers<void>): void {
    if (this.#live.length > 0) return
    this.#socket.destroySoon()
    resolve()
  }
}
