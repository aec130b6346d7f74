import { ClientGone, LifecycleError, ShuttingDown } from '../../delivery/errors.ts'
import type { Framing } from '../../delivery/framing.ts'
import type { DirectFrames, FirstBlock, Sink } from '../../delivery/sink.ts'
import type { PendingHead } from '../wire.ts'
import type { Http2Outlet } from './http2-outlet.ts'

/** What a reply that goes block by block needs of its stream. */
export interface Http2SinkPlan {
  readonly head: PendingHead
  readonly outlet: Http2Outlet
  /** Has these fields sent after the body; they are names and values in turn. */
  readonly trail: (fields: readonly string[]) => void
}

/** One reply on a stream of HTTP/2: the session frames it. */
export class Http2Sink implements Sink, DirectFrames {
  readonly #outlet: Http2Outlet
  readonly #trail: (fields: readonly string[]) => void
  // Let go of when it is written: the reply that it holds is not needed any more.
  #head: PendingHead | undefined
  #isHeadWaiting = false

  constructor({ head, outlet, trail }: Http2SinkPlan) {
    this.#head = head
    this.#outlet = outlet
    this.#trail = trail
  }

  get held(): boolean {
    return this.#outlet.held
  }

  frame(first: FirstBlock): Framing {
    if (!this.#head) throw new LifecycleError('Cannot decide the framing: the head has gone out')
    return this.#head.frame(first)
  }

  commit(framing: Framing): void {
    this.#head?.write(framing)
    this.#head = undefined
    this.#isHeadWaiting = true
  }

  write(frame: Uint8Array): void {
    this.writeAll([frame])
  }

  writeAll(frames: readonly Uint8Array[]): void {
    this.#isHeadWaiting = false
    this.#outlet.give(frames)
  }

  push(): void {
    if (!this.#isHeadWaiting) return
    this.#isHeadWaiting = false
    this.#outlet.giveHead()
  }

  // The session frames blocks and is given one piece at a time: nothing is gained by a copy into a slab, and hundreds of
  // streams whose blocks are on their way would hold a slab each.
  get direct(): DirectFrames {
    return this
  }

  putText(text: string): number {
    return this.putBytes(Buffer.from(text))
  }

  putBytes(bytes: Uint8Array): number {
    this.writeAll([bytes])
    return bytes.byteLength
  }

  whenFree(callback: () => void): void {
    this.#outlet.whenFree(callback)
  }

  end(last: readonly Uint8Array[], trailers: readonly string[], ended: () => void): void {
    this.#isHeadWaiting = false
    this.#trail(trailers)
    this.#outlet.end(last, ended)
  }

  abort(error: Error): void {
    this.push()
    this.#outlet.abort(error, { isUrgent: error instanceof ClientGone || error instanceof ShuttingDown })
  }
}
