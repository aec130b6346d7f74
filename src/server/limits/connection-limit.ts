import type { Server as NetServer, Socket } from 'node:net'
import { refuseSocket } from './refuse-socket.ts'

/** How many connections a server may have (G13); those that come on top are refused at once. */
export class ConnectionLimit {
  readonly #limit: number
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Watches the connections of a server. `refuse` ends one that is too many; it is told 503 by default. */
  watch(
    server: NetServer,
    refuse = (socket: Socket) => refuseSocket(socket, 503, 'Cannot take more connections: try again'),
  ): void {
    // One for all of them.
    const leave = () => {
      this.#count--
    }
    // Before whoever takes them.
    server.prependListener('connection', (socket: Socket) => {
      this.#count++
      socket.on('close', leave)
      if (this.#count > this.#limit) refuse(socket)
    })
  }
}
