import type { Socket } from 'node:net'
import { ClientGone } from '../delivery/errors.ts'

/** A reply that is being made on a connection. */
export interface Live {
  /** Breaks it off. */
  abort(reason: Error): void
}

/**
 * One connection and the replies that are being made on it, several where requests are pipelined. It listens once for
 * the departure of the client, whatever the number of requests.
 */
export class Connection {
  readonly live = new Set<Live>()

  constructor(socket: Socket) {
    socket.once('close', () => this.abort(new ClientGone()))
    // The client has closed its side: node:http ends the connection then, and takes no more of a reply.
    socket.once('end', () => this.abort(new ClientGone()))
  }

  /** Breaks every reply on the connection off. */
  abort(reason: Error): void {
    for (const live of this.live) live.abort(reason)
  }
}
