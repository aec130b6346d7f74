import type { Socket } from 'node:net'
import { carriers } from './carriers.ts'

/** What a connection that is half closed can be asked with. */
export interface DepartureWatchPlan {
  readonly socket: Socket
  /** Sends what a client that is still there takes no notice of; false where there is no place for it. */
  readonly ask: () => boolean
}

// Milliseconds between two looks, at first and at most.
const FIRST_LOOK = 1
const LONGEST_LOOK = 1000

/**
 * Finds out whether a client that has closed its side is still there: one that has closed its whole socket answers what
 * it is sent with a reset. Node does not see that, as it does not read behind the end of a stream: it is looked for by
 * writes of nothing, which cost the connection nothing and fail when it is gone.
 */
export class DepartureWatch {
  readonly #socket: Socket
  // Behind TLS a write of nothing would not come as far as the system.
  readonly #carrier: Socket
  readonly #ask: () => boolean
  // What was held when the client has closed its side may have reached it before: there is a question all the same.
  #isAsked = false
  #wait = FIRST_LOOK
  #timer: NodeJS.Timeout | undefined

  /** Begins to look; it ends with its socket. */
  constructor({ socket, ask }: DepartureWatchPlan) {
    this.#socket = socket
    this.#carrier = carriers.get(socket) ?? socket
    // What is to be done about an error is done by those who listen to the socket itself.
    if (this.#carrier !== socket) this.#carrier.on('error', () => {})
    // Where nothing can be sent, the system asks; it learns as much when that of the client has forgotten it.
    socket.setKeepAlive(true, LONGEST_LOOK)
    this.#ask = ask
    this.#isAsked = ask()
    this.#schedule()
    socket.once('close', () => clearTimeout(this.#timer))
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#look(), this.#wait).unref()
    this.#wait = Math.min(this.#wait * 2, LONGEST_LOOK)
  }

  // What is held is being written, and tells by itself. A carrier fails here, from a timer: never while node:tls works.
  #look(): void {
    const isOver = this.#socket.destroyed || this.#socket.writableEnded || this.#carrier.destroyed
    if (isOver) return
    if (this.#socket.writableLength === 0) {
      if (!this.#isAsked) this.#isAsked = this.#ask()
      this.#carrier.write(NOTHING)
    }
    this.#schedule()
  }
}

const NOTHING = new Uint8Array(0)
