import { connect, type Socket } from 'node:net'

/** A client of raw bytes that knows when each of them has come; text stands for bytes, as latin1. */
export class TimedClient {
  readonly #socket: Socket
  readonly #arrivals: { length: number; at: number }[] = []
  #text = ''
  #ended: 'no' | 'end' | 'reset' = 'no'
  #watchers: (() => void)[] = []

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1' })
    this.#socket.setNoDelay(true).setEncoding('latin1')
    this.#socket.on('data', (text: string) => {
      this.#text += text
      this.#arrivals.push({ length: this.#text.length, at: toTime() })
      this.#wake()
    })
    this.#socket.on('end', () => this.#end('end'))
    this.#socket.on('error', () => this.#end('reset'))
  }

  /** Everything that has come. */
  get text(): string {
    return this.#text
  }

  /** Whether the connection is still open, and how it was closed. */
  get ended(): 'no' | 'end' | 'reset' {
    return this.#ended
  }

  send(text: string): this {
    this.#socket.write(text, 'latin1')
    return this
  }

  /** Reads nothing from now on. */
  pause(): this {
    this.#socket.pause()
    return this
  }

  leave(): void {
    this.#socket.destroy()
  }

  /** When the byte at this place of the text came, in milliseconds since 1970. */
  timeOf(index: number): number {
    return this.#arrivals.find(({ length }) => length > index)?.at ?? Infinity
  }

  /** Waits until something is true of what has come, or the connection has ended; at most `limit` ms. */
  async until(isMet: () => boolean, limit = 4000): Promise<boolean> {
    const timeout = Promise.withResolvers<void>()
    const timer = setTimeout(timeout.resolve, limit)
    let isOver = false
    const over = timeout.promise.then(() => (isOver = true))
    while (!isMet() && this.#ended === 'no' && !isOver) await Promise.race([this.#next(), over])
    clearTimeout(timer)
    return isMet()
  }

  #next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push(resolve)
    return promise
  }

  #wake(): void {
    for (const resolve of this.#watchers.splice(0)) resolve()
  }

  #end(how: 'end' | 'reset'): void {
    if (this.#ended === 'no') this.#ended = how
    this.#wake()
  }
}

/** The time in milliseconds since 1970, with fractions. */
export function toTime(): number {
  return performance.timeOrigin + performance.now()
}
