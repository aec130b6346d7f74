// Whether a client is in the middle of a head: in a HEADERS frame, or before the CONTINUATION that ends it. node:http2
// tells of a head when it is whole, but counts its stream from the first bytes on. So it counts those that it refuses, of
// which it never tells: a PING tells them apart. Nobody can answer one in the middle of a head (RFC 9113 §4.3, §6.2),
// and who is not has to (§6.7). Its answer may wait behind a body that comes slowly, so that is an answer, too.

/** What is asked of a session of node:http2. */
export interface Asked {
  readonly state: {
    /** The latest stream that was begun. */
    readonly lastProcStreamID?: number | undefined
    /** Bytes of bodies for which no new window was given: it grows with what comes. */
    readonly effectiveRecvDataLength?: number | undefined
  }
  /** False where too many wait for their answers. */
  ping(answered: (error: Error | null) => void): boolean
}

/** The head that a client of HTTP/2 has begun. */
export class BegunHead {
  readonly #session: Asked
  readonly #socket: { readonly bytesRead: number }
  // Streams up to this one have their heads, or were refused.
  #ended = 0
  #asked = 0
  #latest = 0
  #bytes = 0
  #bodies = 0
  #isBegun = false
  #refused = 0

  constructor(session: Asked, socket: { readonly bytesRead: number }) {
    this.#session = session
    this.#socket = socket
  }

  /** As of the last look. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** How many looked as if they went on, and had been refused. */
  get refused(): number {
    return this.#refused
  }

  /** The head of this stream has come, and with it those of all before. */
  end(stream = 0): void {
    this.#ended = Math.max(this.#ended, stream)
  }

  look(): void {
    const { bytesRead } = this.#socket
    // The state of a session costs more to ask for than the bytes that have come.
    if (bytesRead === this.#bytes && !this.#isBegun) return
    this.#bytes = bytesRead
    const { lastProcStreamID: latest = 0, effectiveRecvDataLength: bodies = 0 } = this.#session.state
    if (bodies > this.#bodies) this.#refuse(this.#latest)
    this.#bodies = bodies
    this.#latest = latest
    this.#isBegun = latest > this.#ended
    if (this.#isBegun && this.#asked !== latest) this.#ask(latest)
  }

  #ask(stream: number): void {
    const isAsked = this.#session.ping((error) => {
      if (!error) this.#refuse(stream)
    })
    if (isAsked) this.#asked = stream
  }

  #refuse(stream: number): void {
    if (stream <= this.#ended) return
    this.#ended = stream
    this.#refused++
  }
}
