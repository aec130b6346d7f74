// What an application writes and what it returns, as one source for the pump.
import { type Bytes, describeValue, flush, isBytes } from '../body/block.ts'
import { disposerOf, isPromiseLike, runClosers, throwTogether, unstartedCloser } from '../body/run-closers.ts'
import {
  type BlockReader,
  isSource,
  openSource,
  type ReaderSource,
  type SourceInit,
  type Step,
} from '../body/source.ts'
import { toError } from '../delivery/errors.ts'
import { Pause } from './pause.ts'
import type { ResponseStart } from './response-start.ts'
import { rejected, type Written, WrittenQueue } from './written-queue.ts'
import { WsgiError } from './wsgi-error.ts'

type Result = { kind: 'running' } | { kind: 'returned'; body: object } | { kind: 'failed'; error: unknown }

type Arrival = { step: Step } | { error: unknown }

/** The blocks of one response: first those that were written, then those that the application has returned. */
export class WsgiBlocks implements ReaderSource, BlockReader {
  readonly pause = new Pause()
  readonly #start: () => ResponseStart
  readonly #init: SourceInit
  readonly #written = new WrittenQueue()
  readonly #returned = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<void>()
  #result: Result = { kind: 'running' }
  #reader: BlockReader | undefined
  #arrived: Arrival | undefined
  #isAway = false
  #isFinding = false
  #asked: PromiseWithResolvers<Step> | undefined
  #peeked: Step | undefined
  #isFinished = false
  #isClosed = false
  #isFailureTold = false
  #stopping: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(start: () => ResponseStart, init: SourceInit) {
    this.#start = start
    this.#init = init
  }

  /** Resolves when there is something to ask for: the application has returned, failed, written or flushed. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** True when `write` was called with bytes. */
  get wasWritten(): boolean {
    return this.#written.bytes > 0
  }

  /** Takes what the application has returned; what is no body fails the response (W10). */
  take(body: unknown): void {
    // The response has failed while the application went on: nobody but this place knows of the body.
    if (this.#result.kind !== 'running') return closeUnused(body)
    if (typeof body !== 'object' || body === null || isBytes(body) || !isSource(body)) {
      this.fail(
        new WsgiError(
          'W10',
          `Cannot send a body that is ${describeValue(body)}: return a list, a generator or another iterable of bytes`,
        ),
      )
      return
    }
    this.#settle({ kind: 'returned', body })
  }

  /** Takes what the application has thrown. */
  fail(error: unknown): void {
    this.#settle({ kind: 'failed', error })
  }

  /** PEP 3333's `write`. */
  readonly write = (block: Bytes): Promise<void> => {
    if (this.#result.kind !== 'running') throw lateWrite()
    if (!isBytes(block)) throw notBytes('write', block)
    const { length } = this.#start().commit('write a block')
    if (block.byteLength === 0) return Promise.resolve()
    const overflow = this.#written.overflowOf(block, length)
    if (!overflow) return this.#enqueue(block)
    // What is lost must show: the body fails, even when nobody looks at the promise of this write.
    this.fail(overflow)
    return rejected(overflow)
  }

  /** Sends the head and whatever is held (`x-wsgiorg.flush`). */
  readonly flush = (): Promise<void> => {
    this.#start().commit('flush')
    return this.#enqueue(flush)
  }

  openReader(): BlockReader {
    return this
  }

  /** Asks for blocks up to the first that settles the head, and keeps it for the next call of {@link WsgiBlocks.next}. */
  async peek(): Promise<void> {
    for (let count = 1; ; count++) {
      // Others get their turn, however many empty blocks there are.
      if (count % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
      const asked = this.next()
      const step = isPromiseLike(asked) ? await asked : asked
      if (!step.done && isEmpty(step.value)) continue
      if (step.done) this.#start().commit('end the response')
      this.#peeked = step
      return
    }
  }

  next(): Step | Promise<Step> {
    const peeked = this.#peeked
    this.#peeked = undefined
    if (peeked) return peeked
    this.#written.handOn()
    const step = this.#find()
    if (step) return step
    this.#asked = Promise.withResolvers()
    return this.#asked.promise
  }

  /** Stops the source, where it has not come to its end; an application that still runs is waited for. */
  return(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  /** Closes whatever the application has returned, started or not; stops it first where nobody has. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const stop = this.#stopping ? [] : [() => this.return()]
    throwTogether(await runClosers([...stop, () => this.#dispose()]))
  }

  async #stop(): Promise<void> {
    this.#isClosed = true
    this.pause.close()
    this.#written.close()
    this.#asked?.resolve({ done: true, value: undefined })
    this.#asked = undefined
    await this.#returned.promise
    if (this.#result.kind === 'failed') this.#tellFailure(this.#result.error)
    if (this.#result.kind !== 'returned' || this.#isFinished) return
    if (this.#reader) await this.#reader.return?.()
    else await unstartedCloser(this.#result.body, undefined)?.()
  }

  async #dispose(): Promise<void> {
    if (this.#result.kind === 'returned') await disposerOf(this.#result.body)?.()
  }

  #tellFailure(error: unknown): void {
    const isExpected =
      this.#written.isRefusal(error) || (error instanceof Error && error.name === 'AbortError')
    if (this.#isFailureTold || isExpected) return
    this.#isFailureTold = true
    throw error
  }

  #settle(result: Result): void {
    this.#result = result
    this.#ready.resolve()
    this.#returned.resolve()
    this.#answer()
  }

  #enqueue(block: Written): Promise<void> {
    const written = this.#written.add(block)
    this.#ready.resolve()
    this.#answer()
    return written
  }

  #answer(): void {
    const asked = this.#asked
    if (!asked || this.#isClosed) return
    try {
      const step = this.#find()
      if (!step) return
      this.#asked = undefined
      asked.resolve(step)
    } catch (error) {
      this.#asked = undefined
      asked.reject(error)
    }
  }

  // What is there to give now; undefined where the application has to be waited for. While a source is being asked it
  // may flush: that is looked at when it has answered.
  #find(): Step | undefined {
    if (this.#isFinding) return undefined
    this.#isFinding = true
    try {
      return this.#takeQueued() ?? this.#askSource() ?? this.#takeQueued()
    } finally {
      this.#isFinding = false
    }
  }

  #takeQueued(): Step | undefined {
    const value = this.#written.take()
    return value === undefined ? undefined : { done: false, value }
  }

  #askSource(): Step | undefined {
    if (this.#arrived) return this.#takeArrived(this.#arrived)
    if (this.#result.kind === 'failed') {
      this.#isFailureTold = true
      throw this.#result.error
    }
    if (this.#isAway || this.#result.kind === 'running') return undefined
    const { over } = this.pause
    if (over) return this.#await(over.then(() => ({ done: false, value: EMPTY })))
    this.#reader ??= openSource(this.#result.body, this.#init)
    const step = this.#reader.next()
    return isPromiseLike(step) ? this.#await(step) : this.#check(step)
  }

  #await(step: PromiseLike<Step>): undefined {
    this.#isAway = true
    const arrive = (arrival: Arrival): void => {
      this.#isAway = false
      this.#arrived = arrival
      this.#answer()
    }
    step.then(
      (settled) => arrive({ step: settled }),
      (error: unknown) => arrive({ error }),
    )
  }

  #takeArrived(arrival: Arrival): Step {
    this.#arrived = undefined
    if ('error' in arrival) throw arrival.error
    return this.#check(arrival.step)
  }

  #check(step: Step): Step {
    if (step.done) {
      this.#isFinished = true
      return step
    }
    const block = step.value
    if (block !== flush && !isBytes(block)) throw notBytes('send', block)
    const empty = isEmpty(block)
    this.pause.note(empty)
    if (!empty) this.#start().commit(block === flush ? 'flush' : 'send a block')
    return step
  }
}

const EMPTY = new Uint8Array(0)

function isEmpty(block: unknown): boolean {
  return isBytes(block) && block.byteLength === 0
}

function closeUnused(body: unknown): void {
  const closers = [unstartedCloser(body, undefined), disposerOf(body)].filter(
    (closer) => closer !== undefined,
  )
  void runClosers(closers).then((errors) => {
    for (const error of errors) process.emitWarning(toError(error))
  })
}

function notBytes(verb: string, value: unknown): WsgiError {
  return new WsgiError(
    'W11',
    `Cannot ${verb} a block that is ${describeValue(value)}: give bytes; for text, new TextEncoder().encode(text)`,
  )
}

function lateWrite(): WsgiError {
  return new WsgiError(
    'W12',
    'Cannot write a block: the application has returned its body; yield the block, or write it before',
  )
}
