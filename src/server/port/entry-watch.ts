import type { Socket } from 'node:net'
import { Looks } from '../guard/looks.ts'

// Looks in the time that a client has; it has at most one less.
const STEPS = 20

interface Watched {
  looks: number
  readonly since: number
}

/**
 * Ends connections whose clients take too long for a part of the way in. Looks are counted, so that the time of a thread
 * that was busy does not count.
 */
export class EntryWatch {
  readonly #watched = new Map<Socket, Watched>()
  readonly #every: number
  readonly #looks: Looks

  /** `limit`: milliseconds for all of the way. */
  constructor(limit: number) {
    this.#every = limit / STEPS
    this.#looks = new Looks(this.#every, () => this.#look())
  }

  /** Watches a connection until {@link forget}; `used`: milliseconds that it has taken for an earlier part. */
  watch(socket: Socket, used = 0): void {
    this.#watched.set(socket, { looks: Math.ceil(used / this.#every), since: performance.now() - used })
    this.#looks.start()
  }

  /** Returns the milliseconds that it has used in all; 0 where it was not watched any more. */
  forget(socket: Socket): number {
    const watched = this.#watched.get(socket)
    this.#watched.delete(socket)
    if (this.#watched.size === 0) this.#looks.stop()
    if (!watched) return 0
    return Math.min(performance.now() - watched.since, (watched.looks + 1) * this.#every)
  }

  /** Ends all of them now. */
  drop(): void {
    for (const socket of this.#watched.keys()) socket.destroy()
  }

  #look(): void {
    for (const [socket, watched] of this.#watched) {
      watched.looks++
      if (watched.looks >= STEPS) socket.destroy()
    }
  }
}
