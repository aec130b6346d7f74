// The least rate at which a client must take its reply (G13), for all connections of one server: one timer looks at
// them. Nothing is done for a block or a request.
import type { Socket } from 'node:net'
import { TooSlow } from '../../delivery/errors.ts'
import { RateWindow } from './rate-window.ts'
import { resetSocket } from '../http1/reset-socket.ts'
import { toSample } from './to-sample.ts'

export interface MinRate {
  /** Bytes a second. */
  readonly bytes: number
  /** Milliseconds over which they are counted. */
  readonly within: number
}

/** The rate that an option of the server asks for; undefined for none. */
export function toMinRate(option: Partial<MinRate> | false = {}): MinRate | undefined {
  if (option === false) return undefined
  const { bytes = 1000, within = 27_000 } = option
  return { bytes, within }
}

interface Watched {
  readonly cut: (reason: TooSlow) => void
  /** Made for a client that has once let bytes wait. */
  window: RateWindow | undefined
}

// Looks in one window: a client is cut at most a twentieth of it late.
const STEPS = 20

/** Cuts the connections whose clients take too little of what is held for them. */
export class RateGuard {
  readonly #rate: MinRate
  readonly #watched = new Map<Socket, Watched>()
  readonly #step: number
  #timer: NodeJS.Timeout | undefined
  #due = 0

  constructor(rate: MinRate) {
    this.#rate = rate
    this.#step = rate.within / STEPS
  }

  /** Watches a connection until {@link forget}. It is reset when it is too slow, and then `cut` is told why. */
  watch(socket: Socket, cut: (reason: TooSlow) => void): void {
    this.#watched.set(socket, { cut, window: undefined })
    if (this.#timer) return
    this.#due = performance.now()
    this.#schedule()
  }

  forget(socket: Socket): void {
    this.#watched.delete(socket)
    if (this.#watched.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  // An interval would add up how late each look was. Looks that were missed are not made up for: the thread was busy.
  #schedule(): void {
    const now = performance.now()
    this.#due += this.#step
    if (this.#due <= now) this.#due = now + this.#step
    this.#timer = setTimeout(() => this.#look(), this.#due - now).unref()
  }

  #look(): void {
    this.#schedule()
    for (const [socket, watched] of this.#watched) {
      const sample = toSample(socket)
      if (!sample) watched.window?.clear()
      else if ((watched.window ??= this.#createWindow()).isTooSlow(sample)) this.#cut(socket, watched)
    }
  }

  #createWindow(): RateWindow {
    return new RateWindow({ least: (this.#rate.bytes * this.#rate.within) / 1000, steps: STEPS })
  }

  // A reset, not an end: what the operating system holds for the client goes too, and no framing makes the body look
  // complete (G4). The replies are told before the socket says that it has closed.
  #cut(socket: Socket, { cut }: Watched): void {
    this.forget(socket)
    resetSocket(socket)
    cut(new TooSlow())
  }
}
