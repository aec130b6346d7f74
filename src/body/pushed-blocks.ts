import { type Block, flush } from './block.ts'
import { measureBlock } from './measure-block.ts'

/** How many bytes may wait in one writer whose `write` is not awaited. */
const HELD_LIMIT = 1_048_576

/** What the function of a pushed body writes to: PEP 3333's `write()` in modern form. */
export interface Out {
  /**
   * Sends a block. Resolves when the next block may come: this one has been handed on, and the client reads.
   * Rejects when the body has been closed. Calls that are not awaited wait in order; more than 1 MiB of them
   * fails the body.
   */
  write(block: Block): Promise<void>
  /** Pushes out whatever any later stage (a batch, a compressor) still holds. */
  flush(): Promise<void>
  /** Aborted when the body is closed before its end. */
  readonly signal: AbortSignal
}

/** Writes a body; the body ends when the promise resolves, and fails when it rejects. */
export type PushFunction = (out: Out) => PromiseLike<void> | void

interface Held {
  block: Block
  written: PromiseWithResolvers<void>
}

type State = { kind: 'open' } | { kind: 'done' } | { kind: 'failed'; error: unknown }

type Result = IteratorResult<Block, undefined>

/** The blocks that a function writes, as a source: the function starts when the first block is asked for. */
export class PushedBlocks implements AsyncIterableIterator<Block>, Out {
  readonly #push: PushFunction
  readonly #controller = new AbortController()
  #running: Promise<void> | undefined
  #state: State = { kind: 'open' }
  #queue: Held[] = []
  #heldBytes = 0
  #current: Held | undefined
  #asked: PromiseWithResolvers<Result> | undefined
  #isFailureTold = false
  readonly #refusal = new Error(
    'Cannot write a block: the body is closed; stop writing when `out.signal` is aborted',
  )

  constructor(push: PushFunction) {
    this.#push = push
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    this.#current?.written.resolve()
    this.#current = undefined
    this.#asked = Promise.withResolvers<Result>()
    const { promise } = this.#asked
    this.#running ??= this.#start()
    this.#answer()
    return promise
  }

  async return(): Promise<Result> {
    this.#controller.abort()
    this.#refuse(this.#refusal)
    await this.#running
    // What the function makes of the refusal is its affair; an error of its own must be heard of, once.
    if (this.#state.kind === 'failed' && !this.#isExpected(this.#state.error)) throw this.#state.error
    return { done: true, value: undefined }
  }

  write(block: Block): Promise<void> {
    if (this.#state.kind !== 'open' || this.signal.aborted) return refused(this.#refusal)
    const size = measureBlock(block)
    if (this.#heldBytes > 0 && this.#heldBytes + size > HELD_LIMIT) return this.#overflow()
    const held: Held = { block, written: Promise.withResolvers<void>() }
    this.#heldBytes += size
    this.#queue.push(held)
    this.#answer()
    return held.written.promise
  }

  flush(): Promise<void> {
    return this.write(flush)
  }

  #isExpected(error: unknown): boolean {
    const isAbort = error instanceof Error && error.name === 'AbortError'
    return this.#isFailureTold || isAbort || error === this.#refusal
  }

  async #start(): Promise<void> {
    try {
      const made: unknown = this.#push(this)
      if (isIterator(made)) throw notAPushFunction()
      await made
      this.#settle({ kind: 'done' })
    } catch (error) {
      this.#settle({ kind: 'failed', error })
    }
  }

  #settle(state: State): void {
    if (this.#state.kind === 'open') this.#state = state
    this.#answer()
  }

  // A block that is lost must show: the body fails, even when nobody looks at the promise of this write.
  #overflow(): Promise<void> {
    const error = heldError(this.#heldBytes)
    this.#settle({ kind: 'failed', error })
    return refused(error)
  }

  // Blocks already written go out before the end or the failure of their writer is told.
  #answer(): void {
    const asked = this.#asked
    if (!asked) return
    const held = this.#queue.shift()
    if (!held && this.#state.kind === 'open') return
    this.#asked = undefined
    if (held) {
      this.#current = held
      this.#heldBytes -= measureBlock(held.block)
      asked.resolve({ done: false, value: held.block })
    } else if (this.#state.kind === 'failed') {
      this.#isFailureTold = true
      asked.reject(this.#state.error)
    } else asked.resolve({ done: true, value: undefined })
  }

  #refuse(error: Error): void {
    const waiting = this.#current ? [this.#current, ...this.#queue] : this.#queue
    this.#current = undefined
    this.#queue = []
    for (const { written } of waiting) {
      written.promise.catch(ignore)
      written.reject(error)
    }
    this.#asked?.resolve({ done: true, value: undefined })
    this.#asked = undefined
  }
}

/** The blocks that a function writes, as a source. */
export function toPushedBlocks(push: PushFunction): PushedBlocks {
  return new PushedBlocks(push)
}

function isIterator(made: unknown): boolean {
  return typeof made === 'object' && made !== null && 'next' in made
}

function notAPushFunction(): TypeError {
  return new TypeError(
    'Cannot push a generator function: it goes to stream(); push() takes a function that writes to `out`',
  )
}

function refused(error: Error): Promise<void> {
  const promise = Promise.reject(error)
  promise.catch(ignore)
  return promise
}

// A writer that does not await its writes must not bring the process down; one that does sees the error.
function ignore(): void {}

function heldError(held: number): RangeError {
  return new RangeError(
    `Cannot write a block: ${held} bytes wait for the client already; await each write() before the next`,
  )
}
