// One body under the validator. Two validators around one middleware find each other in the environ, and count what
// goes in against what comes out.
import { describeValue, flush, isBytes } from '../../body/block.ts'
import {
  disposerOf,
  isPromiseLike,
  runClosers,
  throwTogether,
  unstartedCloser,
} from '../../body/run-closers.ts'
import { type BlockReader, openSource, type ReaderSource, type Step } from '../../body/source.ts'
import type { Environ, WsgiBlock } from '../application.ts'
import { WsgiError } from '../wsgi-error.ts'

const OUTER = 'millrace.validator'

const init = { signal: new AbortController().signal }

/** The blocks of one application, counted and checked; everything else is forwarded. */
export class ValidatedBlocks implements ReaderSource, BlockReader, AsyncIterable<WsgiBlock> {
  /** Set when `startResponse` has accepted a head. */
  isStarted = false
  /** Blocks that were given, empty ones too. */
  given = 0
  flushes = 0
  #asked = 0
  #outer: ValidatedBlocks | undefined
  #inner: ValidatedBlocks | undefined
  #body: object | undefined
  #reader: BlockReader | undefined
  #isAsking = false
  #isStopped = false
  #isOver = false
  #isClosed = false

  /** Whether the status is one that has no body; set with {@link ValidatedBlocks.isStarted}. */
  isBodiless = false

  constructor(environ: Environ) {
    const outer = environ[OUTER]
    if (outer instanceof ValidatedBlocks) {
      this.#outer = outer
      outer.#inner = this
    }
    environ[OUTER] = this
    environ['millrace.context']?.onClose(() => this.#checkClosed())
  }

  /**
   * Takes what the application has returned.
   * @throws WsgiError W10 for what is no iterable of bytes.
   */
  take(body: unknown): this {
    if (this.isBodiless && Array.isArray(body) && body.some(hasBytes)) throw notWanted()
    const isIterable = typeof body === 'object' && body !== null && !isBytes(body)
    if (!isIterable || !(Symbol.iterator in body || Symbol.asyncIterator in body)) {
      throw new WsgiError(
        'W10',
        `Cannot return ${describeValue(body)} as a body: return a list or a generator of bytes`,
      )
    }
    this.#body = body
    return this
  }

  /** @throws WsgiError W12 when middleware sends what an application has yielded with `write`. */
  checkWrite(): void {
    if (!this.#inner || this.#inner.#asked === 0) return
    throw new WsgiError(
      'W12',
      'Cannot write a block while the body of the application is read: middleware yields it, in place of writing it',
    )
  }

  openReader(): BlockReader {
    return this
  }

  *[Symbol.iterator](): Generator<WsgiBlock, void, undefined> {
    try {
      for (;;) {
        const step = this.next()
        if (isPromiseLike(step))
          throw new TypeError('Cannot iterate a body with for…of: it is async; use for await')
        if (step.done) return
        if (isBlock(step.value)) yield step.value
      }
    } finally {
      void this.return()
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WsgiBlock, void, undefined> {
    try {
      for (;;) {
        const step = await this.next()
        if (step.done) return
        if (isBlock(step.value)) yield step.value
      }
    } finally {
      await this.return()
    }
  }

  next(): Step | Promise<Step> {
    this.#checkAsk()
    this.#asked++
    this.#isAsking = true
    try {
      this.#reader ??= openSource(this.#body, init)
      const step = this.#reader.next()
      if (!isPromiseLike(step)) return this.#check(step)
      return Promise.resolve(step).then(
        (settled) => this.#check(settled),
        (error: unknown) => this.#fail(error),
      )
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** Stops the body before its end. */
  async return(): Promise<void> {
    if (this.#isStopped || this.#isOver) return
    this.#isStopped = true
    if (this.#reader) await this.#reader.return?.()
    else await unstartedCloser(this.#body, undefined)?.()
  }

  /** @throws WsgiError W15 the second time. */
  async close(): Promise<void> {
    if (this.#isClosed)
      throw new WsgiError('W15', 'Cannot close a body: it is closed already; call close() once')
    this.#isClosed = true
    throwTogether(await runClosers([() => this.return(), () => disposerOf(this.#body)?.()]))
  }

  #checkAsk(): void {
    if (this.#isClosed) throw late('it is closed')
    if (this.#isStopped) throw late('it was stopped')
    if (this.#isOver) throw late('it has come to its end')
    if (this.#isAsking) throw late('it has not given the last block yet')
    this.#checkMiddleware()
  }

  #checkMiddleware(): void {
    const outer = this.#outer
    if (!outer) return
    if (!outer.#body)
      throw new WsgiError('W14', 'Cannot ask for a block yet: middleware returns its body first, then asks')
    if (this.given > outer.given) throw delayed(this.given, outer.given)
    if (this.flushes > outer.flushes) {
      throw new WsgiError(
        'W14',
        'Cannot ask for a block: middleware was given flush and has swallowed it; yield it on',
      )
    }
  }

  #check(step: Step): Step {
    this.#isAsking = false
    if (step.done) this.#checkEnd()
    else this.#checkBlock(step.value)
    return step
  }

  #checkBlock(block: unknown): void {
    if (!isBlock(block)) {
      throw new WsgiError('W11', `Cannot send a block that is ${describeValue(block)}: yield bytes`)
    }
    if (this.isBodiless && hasBytes(block)) throw notWanted()
    if (!this.isStarted && (block === flush || block.byteLength > 0)) {
      throw new WsgiError(
        'W9',
        'Cannot send a block: startResponse was not called; call it before the first block',
      )
    }
    this.given++
    if (block === flush) this.flushes++
  }

  #checkEnd(): void {
    this.#isOver = true
    if (!this.isStarted) {
      throw new WsgiError(
        'W9',
        'Cannot end the response: startResponse was not called; call it before the body ends',
      )
    }
    const inner = this.#inner
    if (inner && inner.given > this.given) throw delayed(inner.given, this.given)
  }

  #fail(error: unknown): never {
    this.#isAsking = false
    throw error
  }

  #checkClosed(): void {
    if (this.#isClosed || !this.#body) return
    throw new WsgiError(
      'W15',
      'Cannot leave a body open: close() was not called; whoever takes a body closes it',
    )
  }
}

function isBlock(value: unknown): value is WsgiBlock {
  return value === flush || isBytes(value)
}

function late(state: string): WsgiError {
  return new WsgiError('W15', `Cannot ask for a block: ${state}; keep the order next(), then close()`)
}

function delayed(taken: number, given: number): WsgiError {
  return new WsgiError(
    'W14',
    `Cannot ask for block ${taken + 1}: middleware has taken ${taken} and given ${given}; ` +
      'yield one for each, an empty one where there is nothing to say',
  )
}

function hasBytes(block: unknown): boolean {
  return isBytes(block) && block.byteLength > 0
}

function notWanted(): WsgiError {
  return new WsgiError('W19', 'Cannot send a body with 204 or 304: they have none; return []')
}
