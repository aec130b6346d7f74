// Invariants: what was written leaves before anything is waited for, called or asked (G1); one thing is waited for at
// a time; whatever was opened, and whatever was never reached, is closed once (G5).
import { flush } from '../body/block.ts'
import type { Blocks } from '../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../body/run-closers.ts'
import type { BlockReader, ReaderSource, SourceInit, Step } from '../body/source.ts'
import { closeFrame, closeLate } from './close-values.ts'
import { type Frame, HtmlWriter, type LaterPlaces, textHole } from './html-writer.ts'
import { Laters, type PartReader } from './laters.ts'

/** How a page is read. */
export interface HtmlReaderOptions {
  /** The nonce of the inline script of `later()`, for a Content-Security-Policy. */
  nonce?: string | undefined
  /** Where the places of parts that come later are, for a reader of such a part. */
  places?: LaterPlaces | undefined
}

type WaitingFrame = Exclude<Frame, { kind: 'template' | 'list' }>

const done: Step = { done: true, value: undefined }

/** Reads one template, or any value of one, block by block. */
export class HtmlReader implements ReaderSource, BlockReader, SourceInit, PartReader {
  readonly #stack: Frame[] = []
  readonly #writer: HtmlWriter
  readonly #laters: Laters
  readonly #pending = new Set<Promise<void>>()
  readonly #errors: unknown[] = []
  #controller: AbortController | undefined
  #closing: Promise<unknown[]> | undefined
  #leave: (() => void) | undefined
  #isEnded = false
  #isRunning = false
  #whenIdle: (() => void) | undefined

  constructor(value: unknown, { nonce, places }: HtmlReaderOptions = {}) {
    this.#laters = new Laters((part, inside) => new HtmlReader(part, { places: inside }), nonce)
    this.#writer = new HtmlWriter(places ?? this.#laters, places === undefined)
    if (!places) this.#stack.push({ kind: 'late-parts' })
    this.#stack.push({ kind: 'list', list: [value], at: 0 })
  }

  openReader(): this {
    return this
  }

  /** Aborted when the page is closed before its end. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#closing && !this.#isEnded) this.#controller.abort()
    return this.#controller.signal
  }

  next(): Step | PromiseLike<Step> {
    this.#laters.begin()
    return this.#during(() => this.#run())
  }

  /** Stops before the end. */
  async return(reason?: unknown): Promise<void> {
    await this.end(reason)
  }

  /** Closes everything, once; throws what closers threw. */
  async close(): Promise<void> {
    throwTogether(await this.end())
  }

  end(reason?: unknown): Promise<unknown[]> {
    this.#closing ??= this.#close(reason)
    return this.#closing
  }

  async collect(): Promise<string> {
    let html = ''
    for (;;) {
      const step = await this.next()
      if (step.done) return html
      if (typeof step.value === 'string') html += step.value
    }
  }

  #run(): Step | PromiseLike<Step> {
    const writer = this.#writer
    while (!this.#closing) {
      const frame = this.#stack.pop()
      if (frame?.kind === 'template') writer.writeTemplate(frame.template, frame.at)
      else if (frame?.kind === 'list') writer.writeList(frame.list, frame.at)
      else if (writer.text !== '') {
        if (frame) this.#stack.push(frame)
        return { done: false, value: writer.take() }
      } else if (!frame) return this.#finish()
      else {
        const step = this.#wait(frame)
        if (step) return step
      }
      writer.unwindTo(this.#stack)
      if (writer.isFull) return { done: false, value: writer.take() }
    }
    return done
  }

  // Undefined when nothing had to be waited for.
  #wait(frame: WaitingFrame): Step | PromiseLike<Step> | undefined {
    switch (frame.kind) {
      case 'flush':
        return { done: false, value: flush }
      case 'call':
        this.#writer.write(Reflect.apply(frame.call, undefined, [this]), frame.hole)
        return undefined
      case 'promise':
        return this.#park(frame.promise, (value) => this.#writer.write(value, frame.hole))
      case 'source':
        return this.#ask(frame)
      case 'late-parts':
        return this.#takeLate(frame)
    }
  }

  #ask(frame: Frame & { kind: 'source' }): PromiseLike<Step> | undefined {
    this.#stack.push(frame)
    const step = frame.blocks.next()
    if (isPromiseLike(step)) return this.#park(step, (value) => this.#takeStep(value, frame))
    this.#takeStep(step, frame)
    return undefined
  }

  #takeStep(step: Step, { blocks }: Frame & { kind: 'source' }): void {
    if (!step.done) this.#writer.write(step.value, textHole)
    else {
      this.#stack.pop()
      blocks.finish()
      this.#closeEnded(blocks)
    }
  }

  // The page goes on meanwhile; what the closers throw is told when it is closed.
  #closeEnded(blocks: Blocks): void {
    const closing = blocks.close().then((errors) => {
      this.#errors.push(...errors)
      this.#pending.delete(closing)
    })
    this.#pending.add(closing)
  }

  #takeLate(frame: Frame): PromiseLike<Step> | undefined {
    const part = this.#laters.take()
    if (part === undefined) return undefined
    this.#stack.push(frame)
    if (typeof part !== 'string') return this.#park(part, () => undefined)
    this.#writer.text += part
    return undefined
  }

  /** Waits, but not longer than until the page is closed. */
  #park<T>(promise: PromiseLike<T>, take: (value: T) => unknown): Promise<Step> {
    const { promise: parked, resolve, reject } = Promise.withResolvers<Step>()
    this.#leave = () => resolve(done)
    const go = (value: T): void => {
      if (this.#closing) return void closeLate(value)
      const step = this.#during(() => {
        take(value)
        this.#writer.unwindTo(this.#stack)
        return this.#run()
      })
      resolve(step)
    }
    promise.then(go).then(undefined, reject)
    return parked
  }

  // A sync generator that runs cannot be closed; the value that is being made ends first.
  #during<T>(task: () => T): T {
    this.#isRunning = true
    try {
      return task()
    } finally {
      this.#isRunning = false
      this.#whenIdle?.()
    }
  }

  #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#whenIdle = resolve
    return promise
  }

  #finish(): Step {
    this.#isEnded = true
    return done
  }

  async #close(reason: unknown): Promise<unknown[]> {
    if (!this.#isEnded) this.#controller?.abort(reason)
    this.#leave?.()
    if (this.#isRunning) await this.#idle()
    const laters = this.#laters.close()
    for (const frame of this.#stack.splice(0).reverse())
      this.#errors.push(...(await closeFrame(frame, reason)))
    await Promise.all(this.#pending)
    return [...this.#errors, ...(await laters)]
  }
}
