import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ClientGone, type ShuttingDown } from '../../delivery/errors.ts'
import type { Limits } from '../limits/limits.ts'
import { refuseSocket } from '../limits/refuse-socket.ts'
import type { Live } from '../wire.ts'
import { DepartureWatch } from './departure-watch.ts'
import { endConnection, endGently } from './requests/linger.ts'
import { answerParseError, formatError, type ParseError } from './requests/answer-parse-error.ts'
import { resetSocket } from './reset-socket.ts'
import { resetting } from './resetting.ts'

const none: readonly Live[] = []

// Replies that are made at a time on one connection, of requests that were pipelined.
const MOST_LIVE = 32

// Requests that wait behind them when nothing is answered, or that come behind the last; more of them end the connection.
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

/** A request that is answered later. */
interface Waiting {
  readonly request: IncomingMessage
  readonly answer: () => void
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
  #lingers = false
  readonly #idle: IdleCount
  #isIdle = false
  #requests = 0
  #most = MOST_LIVE
  #isAnswering = false
  #isPausing = false
  // Requests that wait until those before them are answered; most connections never have one.
  #waiting: Waiting[] | undefined
  // There when the client has closed its side.
  #watch: DepartureWatch | undefined
  #isRefusing = false
  // What comes cannot be read.
  #isLost = false
  // Requests that have come behind the last, and the latest of those that are not answered.
  #ignored = 0
  #dropped: IncomingMessage | undefined
  // What answers the latest request.
  #latest: ServerResponse | undefined

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

  /** True while a reply is being made, or the rest of a body comes that nobody has read: its rate has another guard. */
  get isBusy(): boolean {
    return this.#live.length > 0 || this.#hasBody
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
    return this.#live.length >= this.#most
  }

  /** A request has come that is to be answered by this. */
  receive(response: ServerResponse): void {
    this.#latest = response
    // The end of a reply to HTTP/1.0 may be that of the connection: what is behind it waits until that is known.
    if (response.req.httpVersion === '1.0') this.#most = 1
  }

  /** A request has come behind the last: it is not answered. */
  ignore(request: IncomingMessage): void {
    this.#drop(request)
    if (++this.#ignored > MOST_WAITING) this.#socket.destroy()
  }

  get #hasBody(): boolean {
    return this.#latest?.req.complete === false
  }

  // The request whose body still comes, behind the last reply.
  get #pending(): IncomingMessage | undefined {
    const request = this.#dropped ?? this.#latest?.req
    return this.#isLost || request?.complete !== false ? undefined : request
  }

  // Who does not read does not see a client leave.
  #drop(request: IncomingMessage): void {
    this.#dropped = request
    request.resume()
  }

  get #waits(): number {
    return this.#waiting?.length ?? 0
  }

  /** Answers a request when one of those before it is answered; until all that wait are, nothing more is read. */
  defer(request: IncomingMessage, answer: () => void): void {
    this.#waiting ??= []
    this.#waiting.push({ request, answer })
    if (this.#isPausing) return
    this.#isPausing = true
    // node:http goes on reading, in the next tick, at the end of each request: this is after that.
    process.nextTick(() => process.nextTick(() => this.#pause()))
  }

  /** True when no request is taken any more. */
  get isRefusing(): boolean {
    return this.#isRefusing
  }

  /**
   * Takes no more requests, nor those that wait; the replies that are being made end the connection. `isLost`: nobody
   * can tell where the last request has ended.
   */
  refuse({ isLost = false } = {}): void {
    this.#isRefusing = true
    this.#isLost ||= isLost
    this.#dropWaiting()
    endGently(this.#socket, () => this.#pending)
    void this.drain()
  }

  #dropWaiting(): void {
    if (!this.#waiting || this.#waits === 0) return
    // The latest is one of them: nothing is wrong with those that are answered if something is with that.
    this.#latest = undefined
    for (const { request } of this.#waiting.splice(0)) this.#drop(request)
    this.#socket.resume()
  }

  /** What the client sends cannot be read from here on, and why. Replies to requests that were read are made whole. */
  fail(error: ParseError, limits?: Limits): void {
    if (this.#isLost && !this.#socket.errored) return
    const text = answerParseError(error, limits)
    if (text === undefined) this.#breakOff()
    else if (this.#hasBody) this.#failBody(text)
    else if (this.#live.length > 0) this.refuse({ isLost: true })
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
    if (this.#drained && !this.#lingers) this.#endIfIdle(this.#drained)
  }

  /**
   * Lets the replies end that are being made, and then the connection; resolves when their sources are closed. Where
   * it lingers, a connection whose client was not told that it ends stays open for one more reply.
   */
  drain({ lingers = false } = {}): Promise<void> {
    this.#lingers = lingers && !this.#isRefusing
    this.#drained ??= Promise.withResolvers()
    if (!this.#lingers) this.#endIfIdle(this.#drained)
    return this.#drained.promise
  }

  /** Breaks every reply on the connection off. */
  abort(reason: ClientGone | ShuttingDown): void {
    if (this.#waiting) this.#waiting.length = 0
    for (const live of this.#live) live.abort(reason)
  }

  // The body of the latest request is malformed. Who has begun to answer it cannot say so.
  #failBody(text: string): void {
    if (this.#waits > 0) return this.refuse({ isLost: true })
    this.#isRefusing = true
    this.#isLost = true
    if (this.#live.length === 0) this.#socket.destroySoon()
    else if (this.#latest?.headersSent || this.#live.length > 1) this.#breakOff()
    else {
      this.abort(new ClientGone('Cannot read the request body: it is malformed'))
      this.#refuseWith(text)
    }
  }

  #refuseWith(text: string): void {
    this.#isRefusing = true
    this.#isLost = true
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
    while (!this.isFull) {
      const next = this.#waiting?.shift()
      if (!next) break
      if (!this.#isRefusing && !this.#socket.destroyed) next.answer()
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
    if (this.#hasBody && this.#waits === 0) return this.#breakOff()
    if (this.#hasBody) this.refuse({ isLost: true })
    this.#watch = new DepartureWatch({ socket, ask: () => this.#live[0]?.ask?.() ?? false })
  }

  // A body that is ended by closing must not look complete (G4).
  #breakOff(): void {
    if (this.#most === 1) resetSocket(this.#socket)
    else this.#socket.destroy()
  }

  #count(isIdle: boolean): void {
    if (isIdle !== this.#isIdle) this.#idle.change(isIdle ? 1 : -1)
    this.#isIdle = isIdle
  }

  #endIfIdle({ resolve }: PromiseWithResolvers<void>): void {
    if (this.#live.length > 0 || this.#waits > 0) return
    if (!resetting.has(this.#socket)) endConnection(this.#socket, this.#pending)
    resolve()
  }
}
