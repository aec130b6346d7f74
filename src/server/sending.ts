// One `Response` on its way to a client: a head alone, whole, or block by block. It tells its owner once how that
// ended, after the body was closed (G5).
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isBytes, toUint8Array } from '../body/block.ts'
import { type Blocks, toBlocks } from '../body/blocks.ts'
import { collectWhole } from '../body/collect.ts'
import { headCommitted } from '../delivery/channels.ts'
import type { ClientGone, ShuttingDown } from '../delivery/errors.ts'
import { isBodiless } from '../delivery/framing.ts'
import { type Delivery, Pump } from '../delivery/pump.ts'
import type { FirstBlock, Outcome } from '../delivery/sink.ts'
import { type HeadersInput, toTrailerFields } from '../reply/head.ts'
import { Reply } from '../reply/reply.ts'
import type { ReplyOptions } from '../reply/reply-options.ts'
import { Http1Sink } from './http1-sink.ts'
import { OutgoingHead } from './outgoing-head.ts'

export interface SendingPlan {
  readonly response: Response
  readonly nodeResponse: ServerResponse
  /** For a reply that does not say. */
  readonly delivery: Delivery
  /** Stands for the reply in the diagnostics channels. */
  readonly subject: object
  /** Called once, when nothing more is sent and the body is closed; `errors` is what the closers threw. */
  readonly closed: (outcome: Outcome, errors: readonly unknown[]) => void
}

type Stage =
  /** Its body is being collected, or waits for its turn on the connection. */
  | { kind: 'preparing' }
  | { kind: 'pumping'; pump: Pump }
  /** Everything was handed to node:http; the outcome is told when it has left and the body is closed. */
  | { kind: 'ending'; outcome: Outcome }
  | { kind: 'over' }

const nothing = { bytes: 0, blocks: 0 } as const

/** The sending of one response on an HTTP/1 connection. */
export class Sending {
  readonly #plan: SendingPlan
  readonly #blocks: Blocks
  readonly #options: ReplyOptions
  readonly #head: OutgoingHead
  #stage: Stage = { kind: 'preparing' }

  /** @throws TypeError for a response whose body was started before. */
  constructor(plan: SendingPlan) {
    const { response, nodeResponse } = plan
    this.#plan = plan
    this.#blocks = response instanceof Reply ? response.blocks : toForeignBlocks(response)
    this.#options = response instanceof Reply ? response.options : {}
    this.#head = new OutgoingHead(response, nodeResponse)
    if (this.#blocks.started) throw new TypeError('Cannot send a reply twice: its body was started already')
  }

  start(): void {
    const { response, nodeResponse } = this.#plan
    const isStreaming = response instanceof Reply ? response.streaming : response.body !== null
    if (nodeResponse.req.method === 'HEAD' || isBodiless(response.status))
      this.#attempt(() => this.#sendHead())
    else if (isStreaming) this.#stream()
    else if (this.#blocks.literal === undefined) void this.#collect()
    else this.#attempt(() => this.#sendLiteral())
  }

  /** Breaks it off. */
  abort(reason: ClientGone | ShuttingDown): void {
    const stage = this.#stage
    if (stage.kind === 'over') return
    if (stage.kind === 'pumping') return stage.pump.abort(reason)
    const kind = reason.code === 'CLIENT_GONE' ? 'client-gone' : 'shutdown'
    if (kind === 'shutdown') this.#plan.nodeResponse.req.socket.destroy()
    this.#close({ kind, error: reason, ...nothing })
  }

  // G7: the source is never started, and is closed. The head is that of the GET, as far as it is known.
  #sendHead(): void {
    const { literal, length } = this.#blocks
    const isKnown = literal === undefined && length !== undefined
    this.#commit({ content: isKnown ? 'bytes' : contentOf(literal), bytes: 0 }, length)
    this.#end(undefined)
  }

  #sendLiteral(): void {
    const { literal } = this.#blocks
    const bytes = typeof literal === 'string' ? Buffer.from(literal) : toBytes(literal)
    this.#sendWhole(bytes, contentOf(literal))
  }

  async #collect(): Promise<void> {
    try {
      const { bytes, isText } = await collectWhole(this.#blocks, this.#options)
      if (this.#stage.kind === 'preparing') this.#sendWhole(bytes, isText ? 'text' : 'bytes')
    } catch (error) {
      this.#refuse(error)
    }
  }

  #sendWhole(bytes: Uint8Array, content: FirstBlock['content']): void {
    this.#commit({ content, bytes: bytes.byteLength }, bytes.byteLength)
    this.#end(bytes)
  }

  #commit(first: FirstBlock, length: number | undefined): void {
    const framing = this.#head.frame(first, length)
    this.#head.write(framing)
    if (headCommitted.hasSubscribers) headCommitted.publish({ reply: this.#plan.subject, framing })
  }

  #end(bytes: Uint8Array | undefined): void {
    const size = bytes?.byteLength ?? 0
    const outcome: Outcome = { kind: 'complete', bytes: size, blocks: size > 0 ? 1 : 0 }
    this.#stage = { kind: 'ending', outcome }
    this.#plan.nodeResponse.end(bytes, () => this.#close(outcome))
    if (this.#blocks.literal === undefined) void this.#blocks.close()
  }

  // A pipelined response gets the socket on its turn; its source is not asked before.
  #stream(): void {
    const { nodeResponse } = this.#plan
    if (nodeResponse.socket) return this.#pump(nodeResponse.socket)
    nodeResponse.once('socket', (socket: Socket) => {
      if (this.#stage.kind === 'preparing') this.#pump(socket)
    })
  }

  #pump(socket: Socket): void {
    const { nodeResponse, delivery, subject } = this.#plan
    const { trailers, commit = 'first-block', heartbeat, onError } = this.#options
    const pump = new Pump({
      blocks: this.#blocks,
      sink: new Http1Sink(nodeResponse, socket, this.#head),
      delivery: this.#options.delivery ?? delivery,
      commit,
      heartbeat,
      trailers: trailers && (() => this.#trailers(trailers)),
      onError,
      subject,
      closed: (outcome, errors) => {
        this.#stage = { kind: 'over' }
        this.#plan.closed(outcome, errors)
      },
    })
    this.#stage = { kind: 'pumping', pump }
    pump.start()
  }

  // RFC 9110 §6.5.1: only a client that says so is sent trailers; a wrong one fails the reply either way.
  #trailers(make: () => HeadersInput): readonly string[] {
    const fields = toTrailerFields(make())
    return /\btrailers\b/i.test(String(this.#plan.nodeResponse.req.headers['te'])) ? fields : []
  }

  #attempt(send: () => void): void {
    try {
      send()
    } catch (error) {
      this.#refuse(error)
    }
  }

  #refuse(error: unknown): void {
    if (this.#stage.kind === 'preparing') this.#close({ kind: 'refused', error, ...nothing })
  }

  #close(outcome: Outcome): void {
    if (this.#stage.kind === 'over') return
    this.#stage = { kind: 'over' }
    const reason = outcome.kind === 'complete' ? undefined : outcome.error
    void this.#blocks.close(reason).then((errors) => this.#plan.closed(outcome, errors))
  }
}

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
