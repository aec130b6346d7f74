// What the watchers share: one record for each reply of a server in this process, from its request to its close.
import type { Channel } from 'node:diagnostics_channel'
import type { Context } from '../context/context.ts'
import {
  clientAwaited,
  clientResumed,
  type ClosedMoment,
  firstBlockSent,
  replyClosed,
  type ReplyMoment,
  type RequestMoment,
  requestRead,
  requestRedirected,
} from '../delivery/channels.ts'

/** The request of a reply, as its watchers are told of it. */
export type WatchedRequest = RequestMoment<Context>

/** How a reply has ended. */
export type WatchedEnd = ClosedMoment<Context>

/** One reply and its times, in milliseconds of `performance.now()`; 0 for what has not been. */
export class ReplyTimes {
  readonly request: WatchedRequest
  readonly startedAt: number
  firstBlockAt = 0
  /** When the client was found not to read, while it does not. */
  awaitedAt = 0
  /** Milliseconds of the longest wait for the client so far. */
  longestWait = 0
  /** Milliseconds of all waits for the client so far. */
  waited = 0

  constructor(request: WatchedRequest) {
    this.request = request
    this.startedAt = request.startedAt
  }
}

/** What to do at the moments of each reply; whatever is thrown becomes a warning of the process. */
export interface ReplyWatcher<T extends ReplyTimes> {
  /** What a fault of the watcher is called, as in `Cannot <task>`. */
  readonly task: string
  /** Makes the record of a reply. */
  readonly read: (request: WatchedRequest) => T
  readonly redirected?: (times: T, request: WatchedRequest) => void
  readonly firstBlock?: (times: T) => void
  /** The client has read on, after so many milliseconds. */
  readonly resumed?: (times: T, wait: number) => void
  /** `now` is the time at which it has closed. */
  readonly closed: (times: T, end: WatchedEnd, now: number) => void
}

/** A watcher that can be told to stop; what it knows of replies that are being sent is forgotten then. */
export interface Watching {
  stop(): void
  [Symbol.dispose](): void
}

/** Watches every reply that the servers of this process begin from here on. */
export class WatchedReplies<T extends ReplyTimes> implements Watching {
  /** The replies that are being made, by the object that stands for each. */
  readonly inFlight = new Map<object, T>()
  readonly #watcher: ReplyWatcher<T>
  readonly #stops: (() => void)[] = []
  #hasFailed = false

  constructor(watcher: ReplyWatcher<T>) {
    this.#watcher = watcher
    this.#listen<WatchedRequest>(requestRead, (request) => {
      this.inFlight.set(request.reply, watcher.read(request))
    })
    this.#listen<WatchedRequest>(requestRedirected, (request) => {
      const times = this.inFlight.get(request.reply)
      if (times) watcher.redirected?.(times, request)
    })
    this.#listen<ReplyMoment>(firstBlockSent, ({ reply }) => this.#onFirstBlock(reply))
    this.#listen<ReplyMoment>(clientAwaited, ({ reply }) => {
      const times = this.inFlight.get(reply)
      if (times) times.awaitedAt = performance.now()
    })
    this.#listen<ReplyMoment>(clientResumed, ({ reply }) => {
      const times = this.inFlight.get(reply)
      if (times) this.#endWait(times, performance.now())
    })
    this.#listen<WatchedEnd>(replyClosed, (end) => this.#onClosed(end))
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
    this.inFlight.clear()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  /** Runs a task of the watcher: what it throws is the watcher's fault, and hurts no reply. */
  guard(task: () => void): void {
    try {
      task()
    } catch (cause) {
      this.#warn(cause)
    }
  }

  #onFirstBlock(reply: object): void {
    const times = this.inFlight.get(reply)
    if (!times || times.firstBlockAt > 0) return
    times.firstBlockAt = performance.now()
    this.#watcher.firstBlock?.(times)
  }

  #endWait(times: T, now: number): void {
    if (times.awaitedAt === 0) return
    const wait = now - times.awaitedAt
    times.awaitedAt = 0
    times.waited += wait
    if (wait > times.longestWait) times.longestWait = wait
    this.#watcher.resumed?.(times, wait)
  }

  #onClosed(end: WatchedEnd): void {
    const times = this.inFlight.get(end.reply)
    if (!times) return
    this.inFlight.delete(end.reply)
    const now = performance.now()
    this.#endWait(times, now)
    this.#watcher.closed(times, end, now)
  }

  // What a subscriber throws would end the process.
  #listen<M extends ReplyMoment>(channel: Channel, take: (moment: M) => void): void {
    const listener = (message: unknown): void => {
      try {
        if (isMoment<M>(message)) take(message)
      } catch (cause) {
        this.#warn(cause)
      }
    }
    channel.subscribe(listener)
    this.#stops.push(() => channel.unsubscribe(listener))
  }

  // Once: a logger that fails would fail for each reply.
  #warn(cause: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    const text = cause instanceof Error ? cause.message : String(cause)
    process.emitWarning(new Error(`Cannot ${this.#watcher.task}: ${text}`, { cause }))
  }
}

// The channels are our own, and each has messages of one kind.
function isMoment<M extends ReplyMoment>(message: unknown): message is M {
  return typeof message === 'object' && message !== null && 'reply' in message
}
