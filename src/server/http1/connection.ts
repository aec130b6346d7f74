import type { Socket } from 'node:net'
import { ClientGone, type ShuttingDown } from '../../delivery/errors.ts'
import type { Live } from '../wire.ts'
import { resetting } from './resetting.ts'

const none: readonly Live[] = []

/** How many connections of a server wait for their next request. */
export class IdleCount {
  readonly #limit: number
  #count = 0

  constructor(limit = 10_000) {
    this.#limit = limit
  }

  /** True when no more connections are to be kept. */
  get isFull(): boolean {
    return this.#count >= this.#limit
  }

  change(by: 1 | -1): void {
    this.#count += by
  }
}

/**
 * One connection and the replies that are being made on it, several where requests are pipelined. It listens once for
 * the departure of the client, whatever the number of requests.
 */
export class Connection {
  readonly #socket: Socket
  // In the order of their requests. Replaced, never changed: nearly always there is one, or none.
  #live: readonly Live[] = none
  #drained: PromiseWithResolvers<void> | undefined
  readonly #idle: IdleCount
  #isIdle = false

  constructor(socket: Socket, idle = new IdleCount()) {
    this.#socket = socket
    this.#idle = idle
    const leave = () => this.abort(new ClientGone())
    socket.on('close', () => {
      this.#count(false)
      leave()
    })
    // The client has closed its side: node:http ends the connection then, and takes no more of a reply.
    socket.on('end', leave)
  }

  /** True for the last reply of a connection that ends with it: those before it must not say so. */
  isEndingWith(live: Live): boolean {
    return (this.#drained !== undefined || this.#idle.isFull) && this.#live.at(-1) === live
  }

  add(live: Live): void {
    this.#live = [...this.#live, live]
    this.#count(false)
  }

  remove(live: Live): void {
    this.#live = this.#live.length > 1 ? this.#live.filter((one) => one !== live) : none
    if (this.#live.length === 0 && !this.#socket.destroyed) this.#count(true)
    if (this.#drained) this.#endIfIdle(this.#drained)
  }

  /**
   * Lets the replies end that are being made, and then the connection; resolves when their sources are closed. Where
   * it lingers, an idle connection stays open for one more reply.
   */
  drain({ lingers = false } = {}): Promise<void> {
    this.#drained ??= Promise.withResolvers()
    if (!lingers) this.#endIfIdle(this.#drained)
    return this.#drained.promise
  }

  /** Breaks every reply on the connection off. */
  abort(reason: ClientGone | ShuttingDown): void {
    for (const live of this.#live) live.abort(reason)
  }

  #count(isIdle: boolean): void {
    if (isIdle !== this.#isIdle) this.#idle.change(isIdle ? 1 : -1)
    this.#isIdle = isIdle
  }

  #endIfIdle({ resolve }: PromiseWithResolvers<void>): void {
    if (this.#live.length > 0) return
    if (!resetting.has(this.#socket)) this.#socket.destroySoon()
    resolve()
  }
}
