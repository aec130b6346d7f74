import { type CallMoment, type LiveReplies, repliesCalled, replyOver } from '../../src/delivery/channels.ts'
import type { Outcome } from '../../src/delivery/sink.ts'
import type { Context } from '../../src/context/context.ts'
import { FakeLiveReply } from './create-live-reply.ts'

/** What a server tells of its live replies, without a server; until it is disposed of. */
export class FakeLiveReplies implements LiveReplies<Context> {
  readonly worker: number | undefined
  calls = 0
  /** How often the live replies were looked through. */
  walks = 0
  readonly #live = new Map<FakeLiveReply, number>()

  constructor(worker?: number) {
    this.worker = worker
    repliesCalled.subscribe(this.#answer)
  }

  get count(): number {
    return this.#live.size
  }

  [Symbol.iterator](): Iterator<readonly [FakeLiveReply, number]> {
    this.walks++
    return this.#live.entries()
  }

  /** A reply begins. */
  begin(path?: string): FakeLiveReply {
    const reply = new FakeLiveReply(path)
    this.#live.set(reply, performance.now())
    return reply
  }

  /** It is over. */
  end(reply: FakeLiveReply, outcome?: Outcome): void {
    const startedAt = this.#live.get(reply) ?? 0
    replyOver.publish({ reply, outcome, startedAt })
    this.#live.delete(reply)
  }

  [Symbol.dispose](): void {
    repliesCalled.unsubscribe(this.#answer)
  }

  readonly #answer = (message: unknown): void => {
    if (isCall(message)) message.take(this)
    this.calls++
  }
}

function isCall(message: unknown): message is CallMoment<Context> {
  return typeof message === 'object' && message !== null && 'take' in message
}
