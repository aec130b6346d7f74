// The least rate at which a client must take its reply (G13), for all connections of one server, and for all replies of
// those that carry several at a time: one timer looks at them. Nothing is done for a block.
import { Socket } from 'node:net'
import { TooSlow } from '../../delivery/errors.ts'
import { type RateSample, RateWindow } from './rate-window.ts'
import { Looks } from './looks.ts'
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

/** What a client takes bytes from: a connection, or one reply of several on it. */
export interface Paced {
  /** What it was given, and what of that has left; undefined while nothing is held for the client. */
  toSample(): RateSample | undefined
  /** Breaks it off, so that what was sent does not look complete. */
  reset(): void
}

/** Whoever answers for a client. */
export interface Cuttable {
  /** Its client was cut. */
  abort(reason: TooSlow): void
}

// Looks in one window: a client is cut at most a twentieth of it late.
const STEPS = 20

/** Cuts the connections, and the replies, whose clients take too little of what is held for them. */
export class RateGuard {
  readonly #rate: MinRate
  readonly #watched = new Map<Socket | Paced, Cuttable>()
  // Of those clients alone that have once let bytes wait.
  readonly #windows = new Map<Socket | Paced, RateWindow>()
  readonly #looks: Looks

  constructor(rate: MinRate) {
    this.#rate = rate
    this.#looks = new Looks(rate.within / STEPS, () => this.#look())
  }

  /** Bytes that a client must take in one window. */
  get least(): number {
    return (this.#rate.bytes * this.#rate.within) / 1000
  }

  /** Watches a connection or a reply until {@link forget}. What is too slow is reset, and then `owner` is told why. */
  watch(one: Socket | Paced, owner: Cuttable): void {
    this.#watched.set(one, owner)
    this.#looks.start()
  }

  forget(one: Socket | Paced): void {
    this.#watched.delete(one)
    this.#windows.delete(one)
    if (this.#watched.size === 0) this.#looks.stop()
  }

  #look(): void {
    for (const [one, owner] of this.#watched) {
      const sample = one instanceof Socket ? toSample(one) : one.toSample()
      if (!sample) this.#windows.get(one)?.clear()
      else if (this.#windowOf(one).isTooSlow(sample)) this.#cut(one, owner)
    }
  }

  #windowOf(one: Socket | Paced): RateWindow {
    const known = this.#windows.get(one)
    if (known) return known
    const window = new RateWindow({ least: this.least, steps: STEPS })
    this.#windows.set(one, window)
    return window
  }

  // A reset, not an end: what the operating system holds for the client goes too, and no framing makes the body look
  // complete (G4). The replies are told before the socket says that it has closed.
  #cut(one: Socket | Paced, owner: Cuttable): void {
    this.forget(one)
    if (one instanceof Socket) resetSocket(one)
    else one.reset()
    owner.abort(new TooSlow())
  }
}
