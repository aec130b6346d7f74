// Another host reads a reply as a web stream. The same pump feeds it, so order, closing, length and context are kept.
import { toUint8Array } from '../body/block.ts'
import type { Blocks } from '../body/blocks.ts'
import { collectBytes } from '../body/collect.ts'
import { replyClosed } from '../delivery/channels.ts'
import { ClientGone, toError } from '../delivery/errors.ts'
import type { Framing } from '../delivery/framing.ts'
import { Pump } from '../delivery/pump.ts'
import type { Sink } from '../delivery/sink.ts'
import { parseContentLength } from './head.ts'
import type { ReplyOptions } from './reply-options.ts'

/** The part of a reply that its web body needs when it is read. */
export interface BodyOwner {
  readonly headers: Headers
  readonly blocks: Blocks
  readonly streaming: boolean
  readonly options: ReplyOptions
}

/** The body of a reply for hosts that send a web `Response`; nothing is asked of the source before it is read. */
export function toWebBody(
  blocks: Blocks,
  streaming: boolean,
  owner: () => BodyOwner,
): string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null {
  const { literal } = blocks
  if (literal === null || typeof literal === 'string') return literal
  if (literal !== undefined) return new Uint8Array(toUint8Array(literal))
  const source = streaming ? new WebSink(owner) : collected(owner)
  return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })
}

interface WebSource {
  start?(controller: Controller): void
  pull(controller: Controller): Promise<void>
  cancel(reason: unknown): Promise<void>
}

type Controller = ReadableStreamDefaultController<Uint8Array>

function collected(owner: () => BodyOwner): WebSource {
  return {
    async pull(controller) {
      const { blocks, options } = owner()
      const bytes = await collectBytes(blocks, options)
      if (bytes.byteLength > 0) controller.enqueue(bytes)
      controller.close()
    },
    async cancel(reason) {
      await owner().blocks.close(reason)
    },
  }
}

/** A web stream as a sink: it is free while a read waits for bytes. */
class WebSink implements Sink, WebSource {
  readonly #owner: () => BodyOwner
  #controller: Controller | undefined
  #pump: Pump | undefined
  #pulled: PromiseWithResolvers<void> | undefined
  #free: (() => void) | undefined

  constructor(owner: () => BodyOwner) {
    this.#owner = owner
  }

  start(controller: Controller): void {
    this.#controller = controller
  }

  pull(): Promise<void> {
    this.#pulled = Promise.withResolvers()
    const { promise } = this.#pulled
    if (!this.#pump) this.#begin()
    const free = this.#free
    this.#free = undefined
    free?.()
    return promise
  }

  async cancel(reason: unknown): Promise<void> {
    if (this.#pump) this.#pump.abort(new ClientGone(undefined, { cause: reason }))
    else await this.#owner().blocks.close(reason)
  }

  get held(): boolean {
    return this.#pulled === undefined
  }

  frame(): Framing {
    const bytes = parseContentLength(this.#owner().headers)
    return bytes === undefined ? { kind: 'close' } : { kind: 'length', bytes }
  }

  // The host has taken the head before it read the first block.
  commit(): void {}
  push(): void {}

  write(frame: Uint8Array): void {
    this.#controller?.enqueue(new Uint8Array(frame))
    this.#answer()
  }

  writeAll(frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.write(frame)
  }

  whenFree(callback: () => void): void {
    this.#free = callback
  }

  end(last: Uint8Array | undefined, _trailers: readonly string[], ended: () => void): void {
    if (last) this.#controller?.enqueue(new Uint8Array(last))
    this.#controller?.close()
    this.#answer()
    ended()
  }

  abort(error: Error): void {
    this.#controller?.error(error)
    this.#answer()
  }

  #answer(): void {
    this.#pulled?.resolve()
    this.#pulled = undefined
  }

  #begin(): void {
    const owner = this.#owner()
    const { delivery = 'block', onError, onClose, heartbeat } = owner.options
    this.#pump = new Pump({
      blocks: owner.blocks,
      sink: this,
      delivery,
      commit: 'first-block',
      heartbeat,
      onError,
      closed: (outcome, errors) => {
        if (outcome.kind === 'refused') this.abort(toError(outcome.error))
        if (replyClosed.hasSubscribers) replyClosed.publish({ reply: owner, outcome, errors })
        void onClose?.(outcome)
      },
      subject: owner,
    })
    this.#pump.start()
  }
}
