// A body is read once and closed exactly once (G5), whoever reads it: the pump, a collector, another host.
import { AsyncResource } from 'node:async_hooks'
import type { Bytes } from './block.ts'
import { isBytes, toUint8Array } from './block.ts'
import { type BodyCloser, type Closer, disposerOf, runClosers, unstartedCloser } from './run-closers.ts'
import {
  type BlockReader,
  isBlob,
  isLiteral,
  isReaderSource,
  openSource,
  type SourceInit,
  type Step,
} from './source.ts'

/** A body as its blocks, with its length where that is known, and with everything that has to be closed. */
export class Blocks implements BlockReader, SourceInit {
  /** Bytes of the whole body, or undefined when only the end will tell. */
  readonly length: number | undefined

  #body: unknown
  // Undefined for text and bytes, which run nothing. `AsyncLocalStorage.snapshot()` would keep five times as much.
  readonly #scope: AsyncResource | undefined
  #opened: unknown
  #reader: BlockReader | undefined
  #finished = false
  #closing: Promise<unknown[]> | undefined
  #controller: AbortController | undefined
  #closers: BodyCloser[] | undefined

  constructor(body: unknown, length = lengthOf(body)) {
    this.#body = body
    this.length = length
    this.#scope = isLiteral(body) ? undefined : new AsyncResource('MILLRACE_BODY')
  }

  /** Runs a function where the body was made: the asynchronous context of the handler is current inside (G9). */
  run<T>(task: () => T): T {
    return this.#scope ? this.#scope.runInAsyncScope(task) : task()
  }

  /** The bytes or the text itself, where the body is no more than that. */
  get literal(): string | Bytes | null | undefined {
    return isLiteral(this.#body) ? this.#body : undefined
  }

  /** What it was made of; undefined once it is closed. */
  get source(): unknown {
    return this.#body
  }

  /** True once a block was asked for. */
  get started(): boolean {
    return this.#reader !== undefined
  }

  /** True when something closes with the body besides its source. */
  get hasClosers(): boolean {
    return this.#closers !== undefined
  }

  /** True once it is closed, or about to be. */
  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** Aborted when the body is closed before its end. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#closing && !this.#finished) this.#controller.abort()
    return this.#controller.signal
  }

  /**
   * Asks for the next block; the first call starts the source. Call it inside {@link Blocks.run}, and not again
   * before it has answered.
   */
  next(): Step | PromiseLike<Step> {
    if (this.#closing) return { done: true, value: undefined }
    this.#reader ??= this.#open()
    return this.#reader.next()
  }

  /** Tells that the source has said that it is done, so that closing does not stop it again. */
  finish(): void {
    this.#finished = true
  }

  /** True for a body in an encoding that can be ended early, its last block in it. */
  get endsEncoded(): boolean {
    return false
  }

  /**
   * Lets the body end with this block before its source does; see {@link BlockReader.endWith}. Call it inside
   * {@link Blocks.run}.
   * @returns what to send for it, then the body is to be closed; undefined where the body itself gives that, and ends.
   */
  endWith(block: unknown): unknown {
    if (typeof this.#body === 'object' && this.#body !== null && isReaderSource(this.#body)) {
      this.#reader ??= this.#open()
    }
    return this.#reader?.endWith ? this.#reader.endWith(block) : block
  }

  /** Tells the source that what it has given leaves after this; see {@link BlockReader.leavesAfter}. */
  leavesAfter(work: PromiseLike<unknown>): void {
    this.#reader?.leavesAfter?.(work)
  }

  /** Registers what else to close with the body: after its source, in the order of registration. */
  onClose(closer: BodyCloser): void {
    if (this.#closing) throw new Error('Cannot add to what closes with a body: the body is closed')
    this.#closers ??= []
    this.#closers.push(closer)
  }

  /**
   * Closes the body, started or not, once: aborts `signal`, stops the source, disposes of it, runs the closers.
   * A source that is parked in an `await` gets three seconds.
   * @returns what the closers threw, the same for every call.
   */
  close(reason?: unknown): Promise<unknown[]> {
    this.#closing ??= this.run(() => this.#close(reason))
    return this.#closing
  }

  #open(): BlockReader {
    if (typeof this.#body !== 'function') {
      this.#opened = this.#body
      return openSource(this.#body, this)
    }
    const call = this.#body
    const source = (init: SourceInit) => (this.#opened = Reflect.apply(call, undefined, [init]))
    return openSource(source, this)
  }

  async #close(reason: unknown): Promise<unknown[]> {
    if (!this.#finished) this.#controller?.abort(reason)
    const errors = await runClosers(this.#steps(reason))
    this.#body = undefined
    return errors
  }

  *#steps(reason: unknown): Generator<Closer> {
    const reader = this.#reader
    const stop = reader ? () => reader.return?.(reason) : unstartedCloser(this.#body, reason)
    if (stop && !this.#finished) yield stop
    const dispose = disposerOf(reader ? this.#opened : this.#body)
    if (dispose) yield dispose
    for (const closer of this.#closers ?? []) yield () => closer(reason)
  }
}

/** The body as blocks; the same object when it is one already. */
export function toBlocks(body: unknown, length?: number): Blocks {
  return body instanceof Blocks ? body : new Blocks(body, length)
}

function lengthOf(body: unknown): number | undefined {
  if (body === null) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (isBytes(body)) return toUint8Array(body).byteLength
  if (typeof body === 'object' && isBlob(body)) return body.size
  return undefined
}
