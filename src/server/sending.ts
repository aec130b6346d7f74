// One `Response` on its way to a client: a head alone, whole, or block by block. It tells its owner once how that
// ended, after the body was closed (G5).
import { type Block, isBytes, toUint8Array } from '../body/block.ts'
import { type Blocks, toBlocks } from '../body/blocks.ts'
import { collectWhole } from '../body/collect.ts'
import {
  type Awaited,
  clientAwaited,
  firstBlockSent,
  headCommitted,
  type Progress,
} from '../delivery/channels.ts'
import type { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import { Pump } from '../delivery/pump.ts'
import type { Delivery, LastBlock, PumpOwner } from '../delivery/pump-plan.ts'
import { type FirstBlock, type Outcome, toBrokenOutcome } from '../delivery/sink.ts'
import { toTrailerFields } from '../reply/head.ts'
import { Reply } from '../reply/reply.ts'
import type { ReplyOptions } from '../reply/reply-options.ts'
import { EncodedBlocks, type PlainBody } from '../reply/selection/encoded-blocks.ts'
import { OutgoingHead, type Written } from './outgoing-head.ts'
import type { Wire } from './wire.ts'

/** Whose reply is sent; stands for it in the diagnostics channels. */
export interface SendingOwner {
  /** Whether the connection may be used for another request; asked when the head goes out. */
  readonly mayStay: boolean
  /** Called once, when nothing more is sent and the body is closed; `errors` is what the closers threw. */
  sent(outcome: Outcome, errors: readonly unknown[], options: ReplyOptions): void
}

export interface SendingPlan {
  readonly response: Response
  readonly wire: Wire
  /** For a reply that does not say. */
  readonly delivery: Delivery
  readonly owner: SendingOwner
}

/** The head alone, a body that is there already, one that is collected first, or block by block. */
type Way = 'head' | 'literal' | 'collect' | 'stream'

type Stage =
  /** Its body is being collected, or waits for its turn on the connection. */
  | { kind: 'preparing'; way: Way; head: OutgoingHead; lastBlock?: LastBlock }
  | { kind: 'pumping'; pump: Pump }
  /** Everything was handed to the transport; the outcome is told when it has left and the body is closed. */
  | { kind: 'ending'; progress: Progress }
  | { kind: 'over' }

/**
 * The sending of one response. It lets go of the response when the head has gone out, so that
 * a stream that waits for its source keeps no more than it needs.
 */
export class Sending implements PumpOwner {
  readonly #wire: Wire
  readonly #delivery: Delivery
  readonly #owner: SendingOwner
  readonly #blocks: Blocks
  readonly #options: ReplyOptions
  readonly #isForeign: boolean
  // True for a body in an encoding that nobody here could end.
  readonly #isOpaque: boolean
  #stage: Stage
  #status: number | undefined
  #encoding: string | undefined

  /** @throws TypeError for a response whose body was started before. */
  constructor(plan: SendingPlan) {
    const { response, wire, delivery, owner } = plan
    this.#wire = wire
    this.#isForeign = !(response instanceof Reply)
    this.#blocks = response instanceof Reply ? response.blocks : toForeignBlocks(response)
    this.#options = response instanceof Reply ? response.options : {}
    this.#isOpaque = response.headers.has('content-encoding') && !this.#blocks.endsEncoded
    this.#delivery = this.#options.delivery ?? delivery
    this.#owner = owner
    const way = this.#wayOf(response)
    const written: Written = (status, encoding) => {
      this.#status = status
      this.#encoding = encoding
    }
    this.#stage = {
      kind: 'preparing',
      way,
      head: new OutgoingHead(response, wire, { mayStay: () => owner.mayStay, written }),
    }
    this.#checkUnsent()
  }

  start(): void {
    if (this.#stage.kind !== 'preparing') return
    const { way, head } = this.#stage
    if (way === 'stream') this.#stream(head)
    else if (way === 'collect') void this.#collect(head)
    else this.#attempt(() => (way === 'head' ? this.#sendHead(head) : this.#sendLiteral(head)))
  }

  /** Of the head that has gone out. */
  get status(): number | undefined {
    return this.#status
  }

  /** Of that head. */
  get encoding(): string | undefined {
    return this.#encoding
  }

  get awaits(): Awaited {
    const stage = this.#stage
    if (stage.kind === 'pumping') return stage.pump.awaits
    if (stage.kind === 'preparing') return this.#wire.isNext ? 'first-block' : 'connection'
    return stage.kind === 'ending' ? 'client' : 'close'
  }

  /** What of the body was handed to the transport so far. */
  get progress(): Progress {
    const stage = this.#stage
    if (stage.kind === 'pumping') return stage.pump.progress
    return stage.kind === 'ending' ? stage.progress : nothing
  }

  /** Lets a body that goes block by block end early, once it has begun; `ask` is given its own `lastBlock`. */
  drain(ask: (own: LastBlock | undefined) => Block | undefined): void {
    if (this.#isOpaque) return
    const { lastBlock: own } = this.#options
    const lastBlock = () => ask(own)
    if (this.#stage.kind === 'pumping') this.#stage.pump.drain(lastBlock)
    else if (this.#stage.kind === 'preparing') this.#stage = { ...this.#stage, lastBlock }
  }

  /** Breaks it off. */
  abort(reason: ClientGone | ShuttingDown): void {
    const stage = this.#stage
    if (stage.kind === 'over') return
    if (stage.kind === 'pumping') return stage.pump.abort(reason)
    if (reason.code !== 'CLIENT_GONE') this.#wire.destroy()
    this.#close({ ...toBrokenOutcome(reason), ...this.progress })
  }

  // RFC 9110 §6.5.1: only a client that says so is sent trailers; a wrong one fails the reply either way.
  trailers(): readonly string[] {
    const { trailers } = this.#options
    const fields = trailers ? toTrailerFields(trailers()) : []
    return this.#wire.takesTrailers ? fields : []
  }

  closed(outcome: Outcome, errors: readonly unknown[]): void {
    this.#stage = over
    this.#owner.sent(outcome, errors, this.#options)
  }

  // Text and bytes can be sent again; a source has been asked or closed.
  #checkUnsent(): void {
    const { literal, started, isClosed } = this.#blocks
    if (literal !== undefined || !(started || isClosed)) return
    throw new TypeError(
      'Cannot send a reply twice: its body was sent or closed already; make a reply for each request',
    )
  }

  #wayOf(response: Response): Way {
    if (this.#wire.method === 'HEAD' || isBodiless(response.status)) return 'head'
    if (response instanceof Reply ? response.streaming : response.body !== null) return 'stream'
    return this.#blocks.literal === undefined ? 'collect' : 'literal'
  }

  // G7: the source is never started, and is closed. The head is that of the GET, as far as it is known.
  #sendHead(head: OutgoingHead): void {
    const { literal, length } = this.#blocks
    const isKnown = literal === undefined && length !== undefined
    // Other frameworks drop the body for HEAD themselves: that it is absent says nothing of the GET.
    const isDropped = this.#isForeign && literal === null
    const content = isKnown ? 'bytes' : contentOf(literal)
    this.#commit(head, { content: isDropped ? 'unknown' : content, bytes: 0 }, isDropped ? undefined : length)
    this.#end(undefined)
  }

  #sendLiteral(head: OutgoingHead): void {
    const { literal } = this.#blocks
    const bytes = typeof literal === 'string' ? Buffer.from(literal) : toBytes(literal)
    this.#commit(head, { content: contentOf(literal), bytes: bytes.byteLength }, bytes.byteLength)
    this.#end(bytes)
  }

  async #collect(head: OutgoingHead): Promise<void> {
    try {
      const { bytes, isText } = await collectWhole(this.#blocks, this.#options)
      if (this.#stage.kind !== 'preparing') return
      this.#commit(head, { content: isText ? 'text' : 'bytes', bytes: bytes.byteLength }, bytes.byteLength)
      this.#end(bytes)
    } catch (error) {
      this.#refuse(error)
    }
  }

  #commit(head: OutgoingHead, first: FirstBlock, length: number | undefined): void {
    const framing = head.frame(first, length)
    head.write(framing)
    if (headCommitted.hasSubscribers)
      headCommitted.publish({ reply: this.#owner, status: this.#status, framing })
  }

  #end(bytes: Uint8Array | undefined): void {
    const size = bytes?.byteLength ?? 0
    const progress = { bytes: size, blocks: size > 0 ? 1 : 0 }
    const outcome: Outcome = { kind: 'complete', ...progress }
    this.#stage = { kind: 'ending', progress }
    if (size > 0 && firstBlockSent.hasSubscribers) firstBlockSent.publish({ reply: this.#owner })
    this.#wire.end(bytes, () => this.#close(outcome))
    if (clientAwaited.hasSubscribers && this.#wire.isHeld) clientAwaited.publish({ reply: this.#owner })
    if (this.#blocks.literal === undefined) void this.#blocks.close()
  }

  // A pipelined reply waits for its turn on the connection; its source is not asked before.
  #stream(head: OutgoingHead): void {
    if (this.#wire.isNext) return this.#pump(head)
    this.#wire.whenNext(() => {
      if (this.#stage.kind !== 'preparing') return
      this.#attempt(() => {
        this.#checkUnsent()
        this.#pump(head)
      })
    })
  }

  #pump(head: OutgoingHead): void {
    const plain = this.#takePlain()
    const { commit = 'first-block' } = this.#options
    const { heartbeat, onError } = plain ?? this.#options
    const pump = new Pump({
      blocks: this.#blocks,
      sink: this.#wire.toSink(head, plain?.begin),
      delivery: this.#delivery,
      commit,
      heartbeat,
      onError,
      subject: this.#owner,
      owner: this,
    })
    const lastBlock = this.#stage.kind === 'preparing' ? this.#stage.lastBlock : undefined
    this.#stage = { kind: 'pumping', pump }
    if (lastBlock) pump.drain(lastBlock)
    pump.start()
  }

  #takePlain(): PlainBody | undefined {
    const isOffered = this.#wire.encodes === true && this.#blocks instanceof EncodedBlocks
    return isOffered ? this.#blocks.handOver() : undefined
  }

  #attempt(send: () => void): void {
    try {
      send()
    } catch (error) {
      this.#refuse(error)
    }
  }

  #refuse(error: unknown): void {
    if (this.#stage.kind === 'preparing') this.#close({ kind: 'refused', error, bytes: 0, blocks: 0 })
  }

  #close(outcome: Outcome): void {
    if (this.#stage.kind === 'over') return
    this.#stage = over
    // Nothing holds text and bytes open, and they may be on their way in another reply.
    const { literal, hasClosers } = this.#blocks
    if (literal !== undefined && !hasClosers) return this.closed(outcome, [])
    const reason = outcome.kind === 'complete' ? undefined : outcome.error
    void this.#blocks.close(reason).then((errors) => this.closed(outcome, errors))
  }
}

const over: Stage = { kind: 'over' }
const nothing: Progress = { bytes: 0, blocks: 0 }

// The body of a response that was read by somebody else is locked: nothing of it is left to send.
function toForeignBlocks(response: Response): Blocks {
  if (!response.bodyUsed && !response.body?.locked) return toBlocks(response.body)
  throw new TypeError('Cannot send a response whose body was read already: return a clone of it')
}

function contentOf(literal: Blocks['literal']): FirstBlock['content'] {
  if (literal === undefined) return 'unknown'
  if (literal === null || literal === '') return 'empty'
  return typeof literal === 'string' ? 'text' : 'bytes'
}

function toBytes(literal: Exclude<Blocks['literal'], string>): Uint8Array {
  return isBytes(literal) ? toUint8Array(literal) : new Uint8Array(0)
}
