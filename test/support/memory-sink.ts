import type { Framing } from '../../src/delivery/framing.ts'
import type { FirstBlock, Sink } from '../../src/delivery/sink.ts'

export type SinkCall = 'frame' | 'commit' | 'write' | 'push' | 'whenFree' | 'end' | 'abort'

export interface MemorySinkOptions {
  /** What the head announces; chunked unless told. */
  framing?: Framing
  /** Whether a write is held until {@link MemorySink.free}; false unless told. */
  holds?: boolean
}

/** A transport in memory that refuses every call out of order, and every change to bytes that it still holds. */
export class MemorySink implements Sink {
  readonly calls: SinkCall[] = []
  readonly writes: Buffer[] = []
  first: FirstBlock | undefined
  trailers: readonly string[] = []
  aborted: Error | undefined
  holds: boolean
  held = false
  /** Called in the middle of each write, and of the commit. */
  onWrite: (() => void) | undefined
  onCommit: (() => void) | undefined
  /** Thrown when the head is decided. */
  headError: Error | undefined
  readonly #framing: Framing
  #state: 'pending' | 'committed' | 'ended' | 'aborted' = 'pending'
  #loaned: { frame: Uint8Array; copy: Buffer }[] = []
  #waiting: (() => void)[] = []
  #watchers: { call: SinkCall; count: number; resolve: () => void }[] = []

  constructor({ framing = { kind: 'chunked' }, holds = false }: MemorySinkOptions = {}) {
    this.#framing = framing
    this.holds = holds
  }

  /** Everything that was handed over, framing and all. */
  get bytes(): Buffer {
    return Buffer.concat(this.writes)
  }

  get text(): string {
    return this.bytes.toString()
  }

  count(call: SinkCall): number {
    return this.calls.filter((one) => one === call).length
  }

  /** Resolves when a call was made this many times. */
  when(call: SinkCall, count = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push({ call, count, resolve })
    this.#wake()
    return promise
  }

  /** The client has read everything. */
  free(): void {
    this.#checkLoans()
    this.#loaned = []
    this.held = false
    const waiting = this.#waiting
    this.#waiting = []
    for (const callback of waiting) callback()
  }

  frame(first: FirstBlock): Framing {
    this.#note('frame', 'pending')
    this.first = first
    if (this.headError) throw this.headError
    return this.#framing
  }

  commit(framing: Framing): void {
    this.#note('commit', 'pending')
    if (framing !== this.#framing) throw new Error('Cannot commit: this is another framing')
    this.#state = 'committed'
    this.onCommit?.()
  }

  write(frame: Uint8Array): void {
    this.writeAll([frame])
  }

  writeAll(frames: readonly Uint8Array[]): void {
    this.#note('write', 'committed')
    this.#take(frames)
    this.onWrite?.()
  }

  push(): void {
    this.#note('push', 'committed')
  }

  whenFree(callback: () => void): void {
    this.#note('whenFree', 'committed', 'ended')
    if (this.#waiting.length > 0) throw new Error('Cannot wait twice for the same client')
    this.#waiting.push(callback)
  }

  end(last: readonly Uint8Array[], trailers: readonly string[], ended: () => void): void {
    this.#note('end', 'committed')
    this.#state = 'ended'
    this.trailers = trailers
    if (last.length > 0) this.#take(last)
    if (this.held) this.#waiting.push(ended)
    else queueMicrotask(ended)
  }

  abort(error: Error): void {
    this.#note('abort', 'pending', 'committed', 'ended')
    this.#checkLoans()
    this.#state = 'aborted'
    this.aborted = error
  }

  #take(frames: readonly Uint8Array[]): void {
    this.#checkLoans()
    const copies = frames.map((frame) => ({ frame, copy: Buffer.from(frame) }))
    const bytes = Buffer.concat(copies.map(({ copy }) => copy))
    if (bytes.length === 0) throw new Error('Cannot write a frame without bytes')
    this.writes.push(bytes)
    if (!this.holds) return
    this.held = true
    this.#loaned.push(...copies)
  }

  #checkLoans(): void {
    if (this.#loaned.every(({ frame, copy }) => copy.equals(frame))) return
    throw new Error('Cannot change bytes that the transport still holds')
  }

  #note(call: SinkCall, ...states: string[]): void {
    if (!states.includes(this.#state)) throw new Error(`Cannot ${call} a sink that is ${this.#state}`)
    this.calls.push(call)
    this.#wake()
  }

  #wake(): void {
    for (const { call, count, resolve } of this.#watchers) if (this.count(call) >= count) resolve()
  }
}
