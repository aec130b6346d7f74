import type { Context } from '../../context/context.ts'
import {
  firstBlockSent,
  headCommitted,
  type LiveReply,
  type Progress,
  replyOver,
  type RequestMoment,
  requestRead,
} from '../../delivery/channels.ts'
import { ClientGone, ShuttingDown, TooSlow } from '../../delivery/errors.ts'
import type { HttpVersion } from '../../delivery/framing.ts'
import { type Outcome, toBrokenOutcome } from '../../delivery/sink.ts'
import { findField } from './find-field.ts'
import { tellClosed } from './tell-closed.ts'
import { tellOver } from './tell-over.ts'
import { toPath } from './to-request-moment.ts'

/** A request that was answered where its connection is and never dispatched, and what has become of the answer. */
export interface RefusedRequest {
  readonly method: string
  /** As it was sent. */
  readonly target: string
  readonly version: HttpVersion
  readonly remoteAddress: string | undefined
  /** Names and values in turn, as they were sent. */
  readonly fields: readonly string[]
  readonly status: number
  /** Of the body of the answer. */
  readonly bytes: number
  readonly ending: RefusalEnding
}

/** How the answer to a refused request has ended. */
export type RefusalEnding = 'complete' | 'client-gone' | 'too-slow' | 'shutdown'

/** Tells all moments of a refused request at once, when the answer to it is over. */
export function tellRefused(request: RefusedRequest): void {
  const reply = new RefusedReply(request)
  const { status, bytes } = request
  if (requestRead.hasSubscribers) requestRead.publish(reply.toRequest())
  if (headCommitted.hasSubscribers)
    headCommitted.publish({
      reply,
      status,
      framing: bytes > 0 ? { kind: 'length', bytes } : { kind: 'none' },
    })
  if (bytes > 0 && firstBlockSent.hasSubscribers) firstBlockSent.publish({ reply })
  const outcome = { ...toOutcome(request.ending), ...reply.progress }
  tellClosed(reply, outcome, [])
  if (replyOver.hasSubscribers) tellOver(reply, outcome, reply.startedAt)
}

function toOutcome(ending: RefusalEnding): Outcome {
  if (ending === 'complete') return { kind: 'complete', bytes: 0, blocks: 0 }
  if (ending === 'shutdown')
    return toBrokenOutcome(new ShuttingDown('Cannot finish the reply: the server is closing'))
  return toBrokenOutcome(ending === 'too-slow' ? new TooSlow() : new ClientGone())
}

// It is over before anybody is told of it.
class RefusedReply implements LiveReply<Context> {
  readonly encoding = undefined
  readonly awaits = 'close'
  readonly startedAt = performance.now()
  readonly progress: Progress
  readonly #request: RefusedRequest
  readonly #path: string

  constructor(request: RefusedRequest) {
    this.#request = request
    this.#path = toPath(request.target)
    this.progress = { bytes: request.bytes, blocks: request.bytes > 0 ? 1 : 0 }
  }

  get status(): number {
    return this.#request.status
  }

  requestField(name: string): string | undefined {
    return findField(this.#request.fields, name)
  }

  toRequest(): RequestMoment<Context> {
    const { method, version, remoteAddress } = this.#request
    return {
      reply: this,
      method,
      path: this.#path,
      route: undefined,
      protocol: `HTTP/${version}`,
      remoteAddress,
      context: undefined,
      startedAt: this.startedAt,
    }
  }
}
