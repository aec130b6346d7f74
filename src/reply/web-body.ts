// Another host reads a reply as a web stream. The same pump feeds it, so order, closing, length and context are kept.
import { toUint8Array } from '../body/block.ts'
import type { Blocks } from '../body/blocks.ts'
import { collectWhole } from '../body/collect.ts'
import { runClosers } from '../body/run-closers.ts'
import { replyClosed } from '../delivery/channels.ts'
import { ClientGone, toError } from '../delivery/errors.ts'
import type { Framing } from '../delivery/framing.ts'
import { Pump } from '../delivery/pump.ts'
import type { Outcome, Sink } from '../delivery/sink.ts'
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
  const source = streaming ? new WebSink(owner) : new Collected(owner)
  return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })
}

type Controller = ReadableStreamDefaultController<Uint8Array>

const nothing = { bytes: 0, blocks: 0 } as const

/** A buffered body: the first read collects it. */
class Collected {
  readonly #owner: () => BodyOwner
  #isCancelled = false

  constructor(owner: () => BodyOwner) {
    this.#owner = owner
  }

  async pull(controller: Controller): Promise<void> {
    const owner = this.#owner()
    try {
      const { bytes } = await collectWhole(owner.blocks, owner.options)
      if (this.#isCancelled) return
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes))
      controller.close()
      const blocks = bytes.byteLength > 0 ? 1 : 0
      await closeOwner(owner, { kind: 'complete', bytes: bytes.byteLength, blocks })
    } catch (error) {
      if (this.#isCancelled) return
      controller.error(new BodyFailed(error))
      await closeOwner(owner, { kind: 'refused', error, ...nothing })
    }
  }

  cancel(reason: unknown): Promise<void> {
    this.#isCancelled = true
    return closeOwner(this.#owner(), gone(reason))
  }
}

function gone(cause: unknown): Outcome {
  return { kind: 'client-gone', error: new ClientGone(undefined, { cause }), ...nothing }
}

async function closeOwner(owner: BodyOwner, outcome: Outcome): Promise<void> {
  const reason = outcome.kind === 'complete' ? undefined : outcome.error
  await tellClosed(owner, outcome, await owner.blocks.close(reason))
}

/**
 * What a host is told of a body that has failed: it shows nothing of the error, which is its `cause`. What a host does
 * with it is not known; some send its text to the client (G4).
 */
export class BodyFailed extends Error {
  override readonly name = 'BodyFailed'
  readonly code = 'BODY_FAILED'

  constructor(cause: unknown) {
    super('Cannot read the body of the reply to its end: it has failed', { cause })
  }
}

// There is no server here to report to: what a closer throws becomes a warning of the process.
async function tellClosed(owner: BodyOwner, outcome: Outcome, errors: readonly unknown[]): Promise<void> {
  if (replyClosed.hasSubscribers) replyClosed.publish({ reply: owner, outcome, errors })
  const { onClose } = owner.options
  const thrown = onClose ? await owner.blocks.run(() => runClosers([() => onClose(outcome)])) : []
  for (const error of [...errors, ...thrown]) process.emitWarning(toError(error))
}

/** A web stream as a sink: it is free while a read waits for bytes. */
class WebSink implements Sink {
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
    else await closeOwner(this.#owner(), gone(reason))
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

  end(last: readonly Uint8Array[], _trailers: readonly string[], ended: () => void): void {
    for (const frame of last) this.#controller?.enqueue(new Uint8Array(frame))
    this.#controller?.close()
    this.#answer()
    ended()
  }

  abort(error: Error): void {
    this.#controller?.error(new BodyFailed(error))
    this.#answer()
  }

  #answer(): void {
    this.#pulled?.resolve()
    this.#pulled = undefined
  }

  #begin(): void {
    const owner = this.#owner()
    const { delivery = 'block', commit = 'first-block', onError, heartbeat } = owner.options
    this.#pump = new Pump({
      blocks: owner.blocks,
      sink: this,
      delivery,
      commit,
      heartbeat,
      onError,
      subject: owner,
      owner: {
        closed: (outcome, errors) => {
          if (outcome.kind === 'refused') this.abort(toError(outcome.error))
          void tellClosed(owner, outcome, errors)
        },
      },
    })
    this.#pump.start()
  }
}
