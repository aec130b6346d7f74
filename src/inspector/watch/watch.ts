// What the servers of this process do, for as long as somebody looks. A timer looks at the replies in flight some times a
// second; nothing is done for a block, and next to nothing for a reply that is shorter than that.
import type { Channel } from 'node:diagnostics_channel'
import type { Context } from '../../context/context.ts'
import {
  type CallMoment,
  clientAwaited,
  clientResumed,
  type LiveReplies,
  type OverMoment,
  repliesCalled,
  replyOver,
  type ReplyMoment,
  requestRedirected,
} from '../../delivery/channels.ts'
import type { InspectedProcess, Totals } from '../inspector-event.ts'
import { EndedReplies } from './ended-replies.ts'
import { ListedReply } from './listed-reply.ts'
import { toEnded } from './to-ended.ts'
import { toEpoch, toFacts } from './to-facts.ts'

/** How much is looked at, and how often. */
export interface WatchLimits {
  /** Replies in flight that are listed at most. */
  readonly maxReplies: number
  /** Milliseconds between two turns of the timer. */
  readonly every: number
}

export class Watch {
  readonly ended = new EndedReplies((moment, endedAt) => this.#toEnded(moment, endedAt))
  readonly #limits: WatchLimits
  readonly #listed = new Map<object, ListedReply>()
  readonly #stops: (() => void)[] = []
  readonly #waiting = new Set<() => void>()
  #viewers = 0
  #since = 0
  #found = 0
  #worker: number | undefined
  #answers: LiveReplies<Context>[] = []
  #inFlight = 0
  #hasFailed = false
  readonly #call: CallMoment<Context> = { take: (replies) => void this.#answers.push(replies) }

  constructor(limits: WatchLimits) {
    this.#limits = limits
  }

  /** How many look on. */
  get viewers(): number {
    return this.#viewers
  }

  /** The replies in flight that are listed, in the order in which they were found. */
  get listed(): Iterable<ListedReply> {
    return this.#listed.values()
  }

  get inspected(): InspectedProcess {
    const { pid, version: node } = process
    return { pid, worker: this.#worker ?? null, node, watchedSince: toEpoch(this.#since) }
  }

  get totals(): Totals {
    const unlisted = Math.max(this.#inFlight - this.#listed.size, 0)
    return { inFlight: this.#inFlight, unlisted, ended: this.ended.count }
  }

  /** The listed reply of this number. */
  find(id: number): ListedReply | undefined {
    for (const listed of this.#listed.values()) if (listed.id === id) return listed
    return undefined
  }

  /** Somebody looks on from here until he calls what this gives. The first begins the watch, and the last ends it. */
  join(): () => void {
    if (this.#viewers++ === 0) this.#start()
    let isIn = true
    return () => {
      if (isIn && --this.#viewers === 0) this.#stop()
      isIn = false
    }
  }

  /** Resolves after the next turn, or when `signal` aborts. */
  nextTurn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const go = (): void => {
      this.#waiting.delete(go)
      signal.removeEventListener('abort', go)
      resolve()
    }
    this.#waiting.add(go)
    signal.addEventListener('abort', go)
    return promise
  }

  /** Looks at everything once; the timer does it. */
  turn(): void {
    const now = performance.now()
    this.#callReplies(now)
    for (const listed of this.#listed.values()) listed.look(now)
    this.ended.turn()
    for (const go of this.#waiting) go()
  }

  #start(): void {
    this.#since = performance.now()
    this.#listen<OverMoment<Context>>(replyOver, (moment) => this.#onOver(moment))
    this.#listen<ReplyMoment>(clientAwaited, ({ reply }) => {
      this.#listed.get(reply)?.await(performance.now())
    })
    this.#listen<ReplyMoment>(clientResumed, ({ reply }) => {
      this.#listed.get(reply)?.resume(performance.now())
    })
    this.#listen<ReplyMoment>(requestRedirected, ({ reply }) => this.#listed.get(reply)?.redirect())
    this.#guard(() => this.#callReplies(this.#since))
    const timer = setInterval(() => this.#guard(() => this.turn()), this.#limits.every).unref()
    this.#stops.push(() => clearInterval(timer))
  }

  #stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
    for (const listed of this.#listed.values()) listed.isListed = false
    this.#listed.clear()
    for (const go of this.#waiting) go()
  }

  // Those that are not listed yet are found so, and how many there are in all.
  #callReplies(now: number): void {
    this.#answers = []
    repliesCalled.publish(this.#call)
    this.#inFlight = this.#answers.reduce((sum, { count }) => sum + count, 0)
    this.#worker ??= this.#answers[0]?.worker
    if (this.#inFlight > this.#listed.size) for (const replies of this.#answers) this.#list(replies, now)
    this.#answers = []
  }

  #list(replies: LiveReplies<Context>, now: number): void {
    if (this.#listed.size >= this.#limits.maxReplies) return
    for (const [reply, startedAt] of replies) {
      if (this.#listed.has(reply)) continue
      const found = { id: ++this.#found, startedAt, watchedSince: this.#since }
      this.#listed.set(reply, new ListedReply(reply, found, now))
      if (this.#listed.size >= this.#limits.maxReplies) return
    }
  }

  #onOver(moment: OverMoment<Context>): void {
    const now = performance.now()
    const listed = this.#listed.get(moment.reply)
    if (!listed) return this.ended.note(moment, now)
    this.#listed.delete(moment.reply)
    this.ended.add(listed.end(moment, now))
  }

  #toEnded(moment: OverMoment<Context>, endedAt: number): ReturnType<typeof toEnded> {
    const { reply, startedAt } = moment
    const facts = toFacts(reply, { id: ++this.#found, startedAt, watchedSince: this.#since })
    return toEnded(facts, moment, { endedAt, longestWait: 0 })
  }

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

  #guard(task: () => void): void {
    try {
      task()
    } catch (cause) {
      this.#warn(cause)
    }
  }

  // A fault of the inspector is not the reply's: it is told once.
  #warn(cause: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    const text = cause instanceof Error ? cause.message : String(cause)
    process.emitWarning(new Error(`Cannot inspect replies: ${text}`, { cause }))
  }
}

// The channels are our own, and each has messages of one kind.
function isMoment<M extends ReplyMoment>(message: unknown): message is M {
  return typeof message === 'object' && message !== null && 'reply' in message
}
