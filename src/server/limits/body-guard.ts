// The least rate at which a client must send the body of its request (G13), while the server wants it.
import { RateWindow } from '../guard/rate-window.ts'
import { Looks } from '../guard/looks.ts'

/** A request body that is being read. */
export interface IncomingBody {
  /** Bytes that have come, or have come by now on its connection. */
  readonly received: number
  /** True when the server waits for more of it: what is not asked for cannot come too late. */
  readonly isWanted: boolean
  /** True when nothing more comes. */
  readonly isOver: boolean
  /** True when more of it has come than is worth waiting for the rest. */
  readonly isTooLong: boolean
  /** The client sends too little: nobody waits for it any longer. */
  giveUp(): void
}

export interface BodyRate {
  /** Bytes a second; 0 where a single byte is enough. */
  readonly bytes: number
  /** Milliseconds over which they are counted. */
  readonly within: number
}

// Looks in one window: a body is given up at most a twentieth of it late.
const STEPS = 20

/** Gives up the bodies whose clients send too little. */
export class BodyGuard {
  readonly #least: number
  readonly #watched = new Map<IncomingBody, RateWindow>()
  readonly #looks: Looks

  constructor({ bytes, within }: BodyRate) {
    this.#least = Math.max(1, (bytes * within) / 1000)
    this.#looks = new Looks(within / STEPS, () => this.#look())
  }

  /** Watches a body until it is over, or {@link forget}. */
  watch(body: IncomingBody): void {
    if (this.#watched.has(body)) return
    this.#watched.set(body, new RateWindow({ least: this.#least, steps: STEPS }))
    this.#looks.start()
  }

  forget(body: IncomingBody): void {
    this.#watched.delete(body)
    if (this.#watched.size === 0) this.#looks.stop()
  }

  #look(): void {
    for (const [body, window] of this.#watched) {
      if (body.isOver) this.forget(body)
      else if (body.isTooLong || this.#isTooSlow(body, window)) {
        this.forget(body)
        body.giveUp()
      }
    }
  }

  #isTooSlow({ isWanted, received }: IncomingBody, window: RateWindow): boolean {
    return isWanted && window.isTooSlow({ given: Infinity, taken: received })
  }
}
