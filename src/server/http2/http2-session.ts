import { performServerHandshake, type ServerHttp2Session, type ServerSessionOptions } from 'node:http2'
import type { Socket } from 'node:net'
import { type ClientGone, type ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import { resetSocket } from '../http1/reset-socket.ts'
import type { Paced } from '../guard/rate-guard.ts'
import type { RateSample } from '../guard/rate-window.ts'
import { isStuckInTls, toHandleSample } from '../guard/to-sample.ts'
import type { Waiting } from '../limits/head-watch.ts'
import type { ProtocolPlan } from '../port/protocol.ts'
import type { Live } from '../wire.ts'
import { BegunHead } from './begun-head.ts'
import { SESSION_WINDOW } from './http2-options.ts'
import { endsWithHead, type Http2Lives, Http2Wire } from './http2-wire.ts'
import { sendShutdownNotice } from './send-shutdown-notice.ts'

/** How long a client may take to answer that it has heard of the end, in milliseconds. */
const NOTICE_LIMIT = 1000

/** How long a client may take to close its side when everything is said, in milliseconds. */
const LINGER = 300

export interface Http2SessionPlan {
  readonly socket: Socket
  readonly plan: ProtocolPlan
  readonly options: ServerSessionOptions
  /** Milliseconds that it may be without a request; 0 for as long as the client likes. */
  readonly idleTimeout: number
}

/** One connection of HTTP/2 and the replies that are being made on it. */
export class Http2Session implements Http2Lives, Paced, Waiting {
  readonly #socket: Socket
  readonly #plan: ProtocolPlan
  readonly #session: ServerHttp2Session
  readonly #closeSession: () => void
  readonly #head: BegunHead
  readonly #live = new Set<Live>()
  readonly #over = Promise.withResolvers<void>()
  readonly #idleTimeout: number
  #idleTimer: NodeJS.Timeout | undefined
  #noticeTimer: NodeJS.Timeout | undefined
  #lingerTimer: NodeJS.Timeout | undefined
  #lastLooks: NodeJS.Timeout | undefined
  #isStuck = false
  #isClosing = false
  #isBroken = false
  // The first frame of a connection must be that of its settings.
  #isGreeted = false
  // The client has said that it sends no more requests.
  #isLeaving = false
  #streams = 0
  #requests = 0
  #isIdle = false
  #isClosed = false
  // Set where it ends after its next reply.
  #isLast = false

  constructor({ socket, plan, options, idleTimeout }: Http2SessionPlan) {
    this.#socket = socket
    this.#plan = plan
    this.#idleTimeout = idleTimeout
    this.#session = performServerHandshake(socket, options)
    // node:http2 would close it when the client says that it sends no more requests. nghttp2 has said all then: while
    // replies are on their way it would neither end it for what breaks the protocol, nor hear that the client has left.
    this.#closeSession = this.#session.close.bind(this.#session)
    this.#session.close = () => this.#onGoodbye()
    this.#head = new BegunHead(this.#session, socket)
    this.#session.setLocalWindowSize(SESSION_WINDOW)
    this.#session.once('localSettings', () => {
      this.#isGreeted = true
    })
    // What a client does wrong ends its session, and is no fault of the server.
    this.#session.on('error', ignore)
    // oxlint-disable-next-line max-params -- as node:http2 gives them
    this.#session.on('stream', (stream, _headers, flags, rawHeaders) => {
      this.#head.end(stream.id)
      const isBodiless = endsWithHead(flags)
      stream.on('close', () => this.#onStreamClosed())
      this.#onStream(
        new Http2Wire({
          stream,
          socket,
          rawHeaders,
          isBodiless,
          limits: plan,
          guard: plan.guard,
          session: this,
        }),
      )
    })
    // A client that has closed its side can neither open a window nor acknowledge anything: it has left. That it has sent
    // all of its request is said on the stream.
    socket.on('end', () => this.#break())
    socket.on('close', () => this.#onClosed())
    plan.guard?.watch(this, this)
    plan.heads?.watch(socket, this)
    // Before its first request it has the time for a head, where that is watched.
    this.#rest(plan.heads ? 0 : idleTimeout)
  }

  /** Resolves when the connection is closed, and with it every reply, its sources too. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** False from when it was broken off; node:http2 ends the session by itself when all is said. */
  get isAlive(): boolean {
    return !this.#isBroken && !this.#socket.destroyed
  }

  /** Streams do not wait for each other: a head may be waited for beside replies, but only one that has begun. */
  get isBusy(): boolean {
    return this.#requests > 0 && !this.isBegun
  }

  get isBegun(): boolean {
    return this.#head.isBegun
  }

  get requests(): number {
    return this.#requests > 0 ? this.#requests + this.#head.refused : 0
  }

  look(): void {
    this.#head.look()
  }

  /** Nothing more can be heard from a client that is in the middle of a head: its replies go with it. */
  expire(): void {
    if (!this.isBegun) return this.#close()
    this.abort(new TooSlow('The client has sent the head of a request too slowly'))
    this.destroy()
  }

  add(live: Live): void {
    this.#live.add(live)
  }

  remove(live: Live): void {
    this.#live.delete(live)
    this.#endIfOver()
  }

  /**
   * Takes no more requests, and ends with its last reply; where it lingers, after one more. The client is told at once
   * which of its requests were taken (RFC 9113 §6.8).
   */
  drain({ lingers }: { lingers: boolean }): void {
    this.#isLast = true
    if (lingers && this.#streams === 0) return
    this.#close()
  }

  /** Breaks every reply on it off. */
  abort(reason: ClientGone | ShuttingDown): void {
    for (const live of this.#live) live.abort(reason)
  }

  /** Ends it now, with what can still be said. */
  destroy(): void {
    this.#break()
    setImmediate(() => this.#socket.destroy())
  }

  toSample(): RateSample | undefined {
    return toHandleSample(this.#socket)
  }

  reset(): void {
    resetSocket(this.#socket)
  }

  #onStream(wire: Http2Wire): void {
    this.#streams++
    this.#requests++
    this.#rest()
    if (!this.#plan.health?.answer(wire.target ?? '', wire)) this.#plan.answer(wire)
  }

  // It is over with the replies that it waits for; of a request in the same packet nothing has been heard yet.
  #onGoodbye(): void {
    this.#isLast = true
    this.#isLeaving = true
    setImmediate(() => {
      if (this.#streams === 0) this.#close()
    })
  }

  #onStreamClosed(): void {
    this.#streams--
    if (this.#streams === 0 && (this.#isLast || this.#plan.idle.isFull)) this.#close()
    this.#rest()
  }

  // First that it is about to end; when the client has heard of that, which of its requests were taken.
  #close(): void {
    if (this.#isClosing || this.#session.destroyed) return
    this.#isClosing = true
    const isTold = this.#isGreeted && !this.#isLeaving && sendShutdownNotice(this.#socket)
    const isHeard = isTold && this.#session.ping(() => this.#end())
    if (isHeard) this.#noticeTimer = setTimeout(() => this.#end(), NOTICE_LIMIT).unref()
    else this.#end()
  }

  // node:http2 sends the GOAWAY, refuses what comes after it, and closes the connection after the last reply; but
  // a head that has begun is a stream to it, for which it waits as long as its client likes.
  #end(): void {
    clearTimeout(this.#noticeTimer)
    if (this.#session.closed || this.#session.destroyed) return
    this.#closeSession()
    this.#socket.once('finish', () => this.#closeSoon())
    this.#lastLooks = setInterval(() => this.#lookAtLast(), LINGER)
  }

  // A client that leaves while node:http2 says goodbye is told by nobody: the last frames stay in TLS for ever. Before,
  // what waits in the handle is the end of a reply for a slow client.
  #lookAtLast(): void {
    const isStuck = this.#session.destroyed
      ? isStuckInTls(this.#socket)
      : this.#streams === 0 && !toHandleSample(this.#socket)
    if (isStuck && this.#isStuck) this.destroy()
    this.#isStuck = isStuck
  }

  #break(): void {
    this.#isBroken = true
    this.#session.destroy()
    this.#closeSoon()
  }

  // A client that does not close its side is not waited for; neither is one that is gone without a word.
  #closeSoon(): void {
    if (!this.#isClosed) this.#lingerTimer ??= setTimeout(() => this.#socket.destroy(), LINGER)
  }

  #onClosed(): void {
    this.#isClosed = true
    // node:http2 keeps a session for ever whose client has never acknowledged its settings, where what listens to it leads
    // to its socket, and that to the error which has ended it.
    this.#session.removeAllListeners().on('error', ignore)
    Reflect.deleteProperty(this.#session, 'close')
    clearTimeout(this.#idleTimer)
    clearTimeout(this.#noticeTimer)
    clearTimeout(this.#lingerTimer)
    clearInterval(this.#lastLooks)
    this.#plan.guard?.forget(this)
    this.#plan.heads?.forget(this.#socket)
    this.#count(false)
    this.#endIfOver()
  }

  // Sources may take longer to close than the connection.
  #endIfOver(): void {
    if (this.#isClosed && this.#live.size === 0) this.#over.resolve()
  }

  #rest(timeout = this.#idleTimeout): void {
    if (this.#isClosed) return
    const isIdle = this.#streams === 0
    this.#count(isIdle)
    clearTimeout(this.#idleTimer)
    this.#idleTimer = undefined
    if (isIdle && timeout > 0) this.#idleTimer = setTimeout(() => this.#close(), timeout).unref()
  }

  #count(isIdle: boolean): void {
    if (isIdle !== this.#isIdle) this.#plan.idle.change(isIdle ? 1 : -1)
    this.#isIdle = isIdle
  }
}

// Of the module, so that it holds nothing.
function ignore(): void {}
