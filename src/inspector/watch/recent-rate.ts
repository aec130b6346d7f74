/** Milliseconds that are looked back. */
const WINDOW = 1000

/** Bytes per second of about the last second. */
export class RecentRate {
  readonly #times: number[] = []
  readonly #bytes: number[] = []

  /** Takes the bytes so far at a time in milliseconds; gives the rate. */
  take(now: number, bytes: number): number {
    this.#times.push(now)
    this.#bytes.push(bytes)
    // One look is kept from before that, so that there is something to compare with.
    while ((this.#times[1] ?? now) <= now - WINDOW) {
      this.#times.shift()
      this.#bytes.shift()
    }
    const time = now - (this.#times[0] ?? now)
    return time > 0 ? Math.round(((bytes - (this.#bytes[0] ?? bytes)) * 1000) / time) : 0
  }
}
