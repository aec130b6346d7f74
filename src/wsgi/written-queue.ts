import { type Bytes, flush } from '../body/block.ts'
import { WsgiError } from './wsgi-error.ts'

/** Bytes that may wait in one application whose `write` is not awaited. */
const HELD_LIMIT = 1_048_576

/** What `write` and `flush` are given. */
export type Written = Bytes | typeof flush

interface Held {
  readonly block: Written
  readonly written: PromiseWithResolvers<void>
}

/** The blocks that an application has written, in order, each with the promise that it awaits. */
export class WrittenQueue {
  /** Bytes that were ever put in. */
  bytes = 0
  readonly #refusal = new Error(
    'Cannot write: the response is closed, as the client has left or wants no body',
  )
  #queue: Held[] = []
  #current: Held | undefined
  #heldBytes = 0
  #isClosed = false

  /** True for the error that a write after the end rejects with. */
  isRefusal(error: unknown): boolean {
    return error === this.#refusal
  }

  /** The error for a block that is too much; undefined where there is room. */
  overflowOf(block: Bytes, length = Infinity): WsgiError | undefined {
    if (this.bytes + block.byteLength > length) {
      return new WsgiError('W13', `Cannot write more than ${length} bytes: Content-Length says so`)
    }
    if (this.#heldBytes === 0 || this.#heldBytes + block.byteLength <= HELD_LIMIT) return undefined
    return new WsgiError(
      'W12',
      `Cannot write a block: ${this.#heldBytes} bytes wait for the client already; await each write() before the next`,
    )
  }

  /** Puts a block at the end; resolves when it was handed on, rejects when the response is closed first. */
  add(block: Written): Promise<void> {
    if (this.#isClosed) return rejected(this.#refusal)
    const held: Held = { block, written: Promise.withResolvers() }
    this.bytes += sizeOf(block)
    this.#heldBytes += sizeOf(block)
    this.#queue.push(held)
    return held.written.promise
  }

  /** Takes the first block; its promise resolves at {@link WrittenQueue.handOn}. */
  take(): Written | undefined {
    this.#current = this.#queue.shift()
    if (!this.#current) return undefined
    this.#heldBytes -= sizeOf(this.#current.block)
    return this.#current.block
  }

  /** Tells the application that the block which was taken last has been handed on. */
  handOn(): void {
    this.#current?.written.resolve()
    this.#current = undefined
  }

  /** Refuses what waits, and what comes. */
  close(): void {
    this.#isClosed = true
    const waiting = this.#current ? [this.#current, ...this.#queue] : this.#queue
    this.#current = undefined
    this.#queue = []
    for (const { written } of waiting) {
      written.promise.catch(ignore)
      written.reject(this.#refusal)
    }
  }
}

/** A promise that whoever awaits it sees rejected, and that nobody has to await. */
export function rejected(error: Error): Promise<void> {
  const promise = Promise.reject(error)
  promise.catch(ignore)
  return promise
}

function ignore(): void {}

function sizeOf(block: Written): number {
  return block === flush ? 0 : block.byteLength
}
