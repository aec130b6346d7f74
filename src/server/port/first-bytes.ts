import { createServer, type Server as NetServer, type Socket } from 'node:net'
import { EntryWatch } from './entry-watch.ts'

/** Takes a connection, which has used so many milliseconds of its time. */
type Taker = (socket: Socket, used: number) => void

export interface FirstBytesPlan {
  /** Who takes a connection that begins so; undefined while that cannot be told. */
  readonly choose: (bytes: Buffer) => Taker | undefined
  /** Milliseconds that a client has to send so much. */
  readonly limit: number
}

const NOTHING = Buffer.alloc(0)

// Not in the scope of a connection: it would hold what was read there.
const ignore = () => {}

/** Reads how each connection of a server begins, puts that back, and gives the connection to whoever understands it. */
export class FirstBytes {
  /** As node:http makes its own: a client may close its side and still get its reply. */
  readonly server: NetServer
  readonly #plan: FirstBytesPlan
  readonly #waiting: EntryWatch

  constructor(plan: FirstBytesPlan) {
    this.#plan = plan
    this.#waiting = new EntryWatch(plan.limit)
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket))
  }

  /** Ends the connections that have not begun. */
  drop(): void {
    this.#waiting.drop()
  }

  #accept(socket: Socket): void {
    let bytes: Buffer = NOTHING
    const leave = () => this.#waiting.forget(socket)
    const read = (more: Buffer) => {
      bytes = bytes.length === 0 ? more : Buffer.concat([bytes, more])
      const take = this.#plan.choose(bytes)
      if (!take) return
      const used = leave()
      socket.off('data', read).off('end', end).off('close', leave)
      // Nothing may be read before whoever takes it listens.
      socket.pause()
      socket.unshift(bytes)
      take(socket, used)
    }
    // A client that closes its side before it has said anything.
    const end = () => socket.destroy()
    this.#waiting.watch(socket)
    // A connection that breaks is no fault, now or later: its `close` tells.
    socket.on('error', ignore)
    socket.on('data', read).on('end', end).on('close', leave)
  }
}
