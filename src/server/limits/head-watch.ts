// The time that a client has for the head of a request (G13), for all connections of one server: one timer looks at
// them. Nothing is done for a request. node:http has a limit of its own, but it blames a client whose head came while
// the thread was busy, and cuts replies that are being made when the head behind them is late.
import type { Socket } from 'node:net'
import { Looks } from '../guard/looks.ts'

/** A connection that waits for requests. */
export interface Waiting {
  /** True while no head is waited for: with HTTP/1 while a reply is being made on it. */
  readonly isBusy: boolean
  /** How many requests have come. */
  readonly requests: number
  /** Whether a part of a head has come; undefined where bytes between two requests can be nothing else. */
  readonly isBegun?: boolean
  /** Comes before each look at these. */
  look?(): void
  /** Its time is over. `isBegun`: a part of a head has come. */
  expire(isBegun: boolean): void
}

interface Watched {
  readonly waiting: Waiting
  requests: number
  /** Bytes that had come when the last request was noticed. */
  bytes: number
  looks: number
}

// Looks in the time that a client has; it has at least one less.
const STEPS = 20

/** Tells the connections whose clients take too long for a head. */
export class HeadWatch {
  readonly #watched = new Map<Socket, Watched>()
  readonly #looks: Looks
  readonly #every: number

  /** `limit`: milliseconds. */
  constructor(limit: number) {
    this.#every = limit / STEPS
    this.#looks = new Looks(this.#every, () => this.#look())
  }

  /** Watches a connection, from its opening until {@link forget}. */
  watch(socket: Socket, waiting: Waiting): void {
    this.#watched.set(socket, { waiting, requests: 0, bytes: 0, looks: 0 })
    this.#looks.start()
  }

  /** The client has used so many milliseconds of its time before it was watched. */
  age(socket: Socket, used: number): void {
    const watched = this.#watched.get(socket)
    if (watched) watched.looks += Math.ceil(used / this.#every)
  }

  forget(socket: Socket): void {
    this.#watched.delete(socket)
    if (this.#watched.size === 0) this.#looks.stop()
  }

  #look(): void {
    for (const [socket, watched] of this.#watched) {
      if (!this.#isLate(socket, watched)) continue
      this.forget(socket)
      watched.waiting.expire(socket.bytesRead > watched.bytes)
    }
  }

  // Between its requests a connection has another limit: it is late from the first byte that has come of the next.
  #isLate(socket: Socket, watched: Watched): boolean {
    const { waiting } = watched
    waiting.look?.()
    if (waiting.isBusy || waiting.requests !== watched.requests) {
      watched.requests = waiting.requests
      watched.bytes = socket.bytesRead
      watched.looks = 0
      return false
    }
    const isBegun = waiting.isBegun ?? socket.bytesRead > watched.bytes
    const waits = watched.requests === 0 || isBegun
    watched.looks = waits ? watched.looks + 1 : 0
    return watched.looks >= STEPS
  }
}
