/** One reading of a socket. */
export interface Reading {
  /** Counts from 1. */
  readonly number: number
  /** Milliseconds of `performance.now()`. */
  readonly at: number
}

/** Numbers and times the readings of a socket, however many events one of them gives: with TLS it is one for each record. */
export class ReadingClock {
  readonly #socket: { readonly bytesRead: number }
  #bytesRead = -1
  #reading: Reading = { number: 0, at: 0 }

  /** With TLS, `socket` is the one below. */
  constructor(socket: { readonly bytesRead: number }) {
    this.#socket = socket
  }

  /** The reading that the bytes which came now belong to. */
  read(): Reading {
    const { bytesRead } = this.#socket
    if (bytesRead !== this.#bytesRead)
      this.#reading = { number: this.#reading.number + 1, at: performance.now() }
    this.#bytesRead = bytesRead
    return this.#reading
  }
}
