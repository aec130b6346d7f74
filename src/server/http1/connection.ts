import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ClientGone, type ShuttingDown } from '../../delivery/errors.ts'
import type { Limits } from '../limits/limits.ts'
import { refuseSocket } from '../limits/refuse-socket.ts'
import type { Live } from '../wire.ts'
import { DepartureWatch } from './departure-watch.ts'
import { answerParseError, formatError, type ParseError } from './requests/answer-parse-error.ts'
import { resetSocket } from './reset-socket.ts'
import { resetting } from './resetting.ts'

const none: readonly Live[] = []

// Replies that are made at a time on one connection, of requests that were pipelined.
const MOST_LIVE = 32

// Requests that wait behind them when nothing is answered; more of them end the connection.
const MOST_WAITING = 4000

// Milliseconds for which nothing is read while requests wait.
const PEEK = 1000

/** How many connections of a server wait for their next request. */
export class IdleCount {
  readonly #limit: number
  #count = 0

  constructor(limit = 10_000) {
    this.#limit = limit
  }

  /** True when no more connections are to be kept. */
  get isFull(): boolean {
    return this.#count >= this.#limit
  }

  change(by: 1 | -1): void {
    this.#count += by
  }
}

export interface ConnectionOptions {
  readonly idle?: IdleCount
  /** Called when it has closed, and its replies were told. */
  readonly closed?: (socket: Socket) => void
}

/**
 * One connection and the replies that are being made on it, several where requests are pipelined. It listens once for
 * the departure of the client, whatever the number of requests.
 */
export class Connection {
  readonly #socket: Socket
  // In the order of their requests. Replaced, never changed: nearly always there is one, or none.
  #live: readonly Live[] = none
  #drained: PromiseWithResolvers<void> | undefined
  readonly #idle: IdleCount
  #isIdle = false
  #requests = 0
  #isAnswering = false
  #isPausing = false
  // Requests that wait until those before them are answered; most connections never have one.
  #waiting: (() => void)[] | undefined
  // There when the client has closed its side.
  #watch: DepartureWatch | undefined
  #isRefusing = false
  /** What answers the latest request. */
  latest: ServerResponse | undefined

  constructor(socket: Socket, { idle = new IdleCount(), closed }: ConnectionOptions = {}) {
    this.#socket = socket
    this.#idle = idle
    // One listener for all who have to know: each is kept as long as the connection.
    socket.on('close', () => {
      this.#count(false)
      this.abort(new ClientGone())
      closed?.(socket)
    })
    socket.on('end', () => this.#onEnd())
  }

  /** True for the last reply of a connection that ends with it: those before it must not say so. */
  isEndingWith(live: Live): boolean {
    const isLast = this.#drained !== undefined || this.#watch !== undefined || this.#idle.isFull
    return isLast && this.#waits === 0 && this.#live.at(-1) === live
  }

  /** True while a reply is being made. */
  get isBusy(): boolean {
    return this.#live.length > 0
  }

  /** How many replies have been begun. */
  get requests(): number {
    return this.#requests
  }

  /** The next request has not come in time; a client that has begun it is told so. */
  expire(isBegun: boolean): void {
    if (isBegun) refuseSocket(this.#socket, 408, 'Cannot wait for the rest of the request')
    else this.#socket.destroy()
  }

  /** True when so many replies are being made that a request has to wait. */
  get isFull(): boolean {
    return this.#live.length >= MOST_LIVE
  }

  get #waits(): number {
    return this.#waiting?.length ?? 0
  }

  /** Answers a request when one of those before it is answered; until all that wait are, nothing more is read. */
  defer(answer: () => void): void {
    this.#waiting ??= []
    this.#waiting.push(answer)
    if (this.#isPausing) return
    this.#isPausing = true
    // node:http goes on reading, in the next tick, at the end of each request: this is after that.
    process.nextTick(() => process.nextTick(() => this.#pause()))
  }

  /** True when nothing that comes is a request: nobody can tell where the last one has ended. */
  get isRefusing(): boolean {
    return this.#isRefusing
  }

  /** Takes no more requests; the replies that are being made end the connection. */
  refuse(): void {
    this.#isRefusing = true
    void this.drain()
  }

  /** What the client sends cannot be read from here on, and why. Replies to requests that were read are made whole. */
  fail(error: ParseError, limits?: Limits): void {
    if (this.#isRefusing && !this.#socket.errored) return
    const text = answerParseError(error, limits)
    if (text === undefined) this.#breakOff()
    else if (this.latest?.req.complete === false) this.#failBody(this.latest, text)
    else if (this.#live.length > 0) this.refuse()
    else this.#refuseWith(text)
  }

  /** Answers a request that node:http has no use for, and ends. */
  refuseWith(status: number, text: string): void {
    if (this.#live.length > 0) this.#breakOff()
    else this.#refuseWith(formatError(status, text))
  }

  add(live: Live): void {
    this.#requests++
    // Spread, one reply would take the room of seventeen.
    this.#live = this.#live.length === 0 ? [live] : [...this.#live, live]
    this.#count(false)
  }

  remove(live: Live): void {
    this.#live = this.#live.length > 1 ? this.#live.filter((one) => one !== live) : none
    if (this.#waits > 0) this.#answerWaiting()
    if (this.#live.length === 0 && !this.#socket.destroyed) this.#count(true)
    if (this.#drained) this.#endIfIdle(this.#drained)
  }

  /**
   * Lets the replies end that are being made, and then the connection; resolves when their sources are closed. Where
   * it lingers, an idle connection stays open for one more reply.
   */
  drain({ lingers = false } = {}): Promise<void> {
    this.#drained ??= Promise.withResolvers()
    if (!lingers) this.#endIfIdle(this.#drained)
    return this.#drained.promise
  }

  /** Breaks every reply on the connection off. */
  abort(reason: ClientGone | ShuttingDown): void {
    if (this.#waiting) this.#waiting.length = 0
    for (const live of this.#live) live.abort(reason)
  }

  // The body of the latest request is malformed. Who has begun to answer it cannot say so.
  #failBody({ headersSent }: ServerResponse, text: string): void {
    this.#isRefusing = true
    if (this.#live.length === 0) this.#socket.destroySoon()
    else if (headersSent || this.#live.length > 1) this.#breakOff()
    else {
      this.abort(new ClientGone('Cannot read the request body: it is malformed'))
      this.#refuseWith(text)
    }
  }

  #refuseWith(text: string): void {
    this.#isRefusing = true
    if (this.#socket.writable) this.#socket.write(text)
    this.#socket.destroySoon()
  }

  #pause(): void {
    this.#isPausing = false
    if (this.#waits === 0) return
    this.#socket.pause()
    setTimeout(() => this.#peek(), PEEK).unref()
  }

  // Who does not read does not see that the client has left. What else comes is paused again; without end it is a flood.
  #peek(): void {
    if (this.#waits > MOST_WAITING) this.#socket.destroy()
    else if (!this.#socket.destroyed) this.#socket.resume()
  }

  // Not from inside itself: an answer may be over when it returns.
  #answerWaiting(): void {
    if (this.#isAnswering) return
    this.#isAnswering = true
    while (this.#live.length < MOST_LIVE) {
      const answer = this.#waiting?.shift()
      if (!answer) break
      if (!this.#isRefusing && !this.#socket.destroyed) answer()
    }
    this.#isAnswering = false
    if (this.#waits === 0) this.#socket.resume()
  }

  // node:http has ended the connection where there was half a request, or none. A client that has sent all of its
  // request may wait for the reply, or be gone: the same FIN says either.
  #onEnd(): void {
    const socket = this.#socket
    const isOver = socket.destroyed || socket.writableEnded || this.#live.length === 0
    if (isOver) return this.abort(new ClientGone())
    // Nobody will send the rest of this body. node:http says so by an error, but not where an upgrade was asked for.
    if (this.latest?.req.complete === false) return this.#breakOff()
    this.#watch = new DepartureWatch({ socket, ask: () => this.#live[0]?.ask?.() ?? false })
  }

  // A body that is ended by closing must not look complete (G4).
  #breakOff(): void {
    if (this.latest?.req.httpVersion === '1.0') resetSocket(this.#socket)
    else this.#socket.destroy()
  }

  #count(isIdle: boolean): void {
    if (isIdle !== this.#isIdle) this.#idle.change(isIdle ? 1 : -1)
    this.#isIdle = isIdle
  }

  #endIfIdle({ resolve }: PromiseWithResolvers<void>): void {
    if (this.#live.length > 0 || this.#waits > 0) return
    if (!resetting.has(this.#socket)) this.#socket.destroySoon()
    resolve()
  }
}
