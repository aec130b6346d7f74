// Invariants: what was written leaves before anything is waited for or asked (G1); one thing is waited for at a time;
// whatever was opened, and whatever was never reached, is closed once, the innermost first (G5).
import { flush } from '../../body/block.ts'
import type { Blocks } from '../../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../../body/run-closers.ts'
import type { BlockReader, ReaderSource, SourceInit, Step } from '../../body/source.ts'
import { closeLate, closeLive, expectPromises } from './close-live.ts'
import { type JsonFrame, JsonWriter } from './json-writer.ts'

const done: Step = { done: true, value: undefined }

type SourceFrame = JsonFrame & { kind: 'source' }

/** Reads a document block by block: a block for each value that has to be waited for or read. */
export class JsonReader implements ReaderSource, BlockReader, SourceInit {
  readonly #writer: JsonWriter
  readonly #pending = new Set<Promise<void>>()
  readonly #errors: unknown[] = []
  #value: unknown
  #isStarted = false
  #isEnded = false
  #controller: AbortController | undefined
  #closing: Promise<unknown[]> | undefined
  #asked: SourceFrame | undefined
  /** The source of records that is being read, while nothing else has to be written before the next. */
  #source: SourceFrame | undefined

  constructor(value: unknown, indent: string) {
    this.#value = value
    this.#writer = new JsonWriter(indent)
    expectPromises(value)
  }

  openReader(): BlockReader {
    return this
  }

  /** Aborted when the document is closed before its end. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#closing && !this.#isEnded) this.#controller.abort()
    return this.#controller.signal
  }

  next(): Step | PromiseLike<Step> {
    if (!this.#isStarted) this.#start()
    const source = this.#source
    if (!source || this.#closing) return this.#run()
    return this.#ask(source) ?? this.#run()
  }

  /** Stops before the end. */
  async return(reason?: unknown): Promise<void> {
    await this.#end(reason)
  }

  /** Closes everything, once; throws what closers threw. */
  async close(): Promise<void> {
    throwTogether(await this.#end())
  }

  #start(): void {
    this.#isStarted = true
    const value = this.#value
    this.#value = undefined
    this.#writer.write(typeof value === 'function' ? Reflect.apply(value, undefined, [this]) : value)
  }

  #run(): Step | PromiseLike<Step> {
    const writer = this.#writer
    while (!this.#closing) {
      const frame = writer.frames.at(-1)
      if (frame?.kind === 'list') writer.writeList(frame)
      else if (frame?.kind === 'object') writer.writeObject(frame)
      else if (writer.text !== '') return { done: false, value: writer.take() }
      else if (!frame) return this.#finish()
      else if (frame.kind === 'promise') return this.#wait(frame)
      else {
        const step = this.#ask(frame)
        if (step) return step
      }
      if (writer.isFull) return { done: false, value: writer.take() }
    }
    return done
  }

  #finish(): Step {
    this.#isEnded = true
    return done
  }

  #wait(frame: JsonFrame & { kind: 'promise' }): PromiseLike<Step> {
    frame.isAwaited = true
    return Promise.resolve(frame.promise).then((value) => {
      if (this.#closing) return this.#refuseLate(value)
      this.#writer.frames.pop()
      expectPromises(value)
      this.#writer.write(value)
      return this.#run()
    })
  }

  // Undefined when nothing had to be waited for, and more is to be written before there is a block.
  #ask(frame: SourceFrame): Step | PromiseLike<Step> | undefined {
    const step = frame.blocks.next()
    if (!isPromiseLike(step)) return this.#take(step, frame)
    this.#asked = frame
    return step.then(this.#onStep)
  }

  readonly #onStep = (step: Step): Step | PromiseLike<Step> => {
    if (this.#closing || !this.#asked) return this.#refuseLate(step.value)
    return this.#take(step, this.#asked) ?? this.#run()
  }

  // Nobody else knows what comes after the document was closed.
  #refuseLate(value: unknown): Step {
    void closeLate(value)
    return done
  }

  #take(step: Step, frame: SourceFrame): Step | undefined {
    if (step.done) {
      frame.blocks.finish()
      this.#writer.end(frame)
      this.#closeEnded(frame.blocks)
      this.#source = undefined
      return undefined
    }
    if (step.value === flush) return { done: false, value: flush }
    const text = this.#writer.formatItem(step.value, frame)
    this.#source = text === undefined ? undefined : frame
    if (text !== undefined) return { done: false, value: text }
    const depth = this.#writer.frames.length
    this.#writer.write(step.value)
    if (this.#writer.frames.length > depth) expectPromises(step.value)
    return undefined
  }

  // The document goes on meanwhile; what the closers throw is told when it is closed.
  #closeEnded(blocks: Blocks): void {
    const closing = blocks.close().then((errors) => {
      this.#errors.push(...errors)
      this.#pending.delete(closing)
    })
    this.#pending.add(closing)
  }

  #end(reason?: unknown): Promise<unknown[]> {
    this.#closing ??= this.#close(reason)
    return this.#closing
  }

  async #close(reason: unknown): Promise<unknown[]> {
    if (!this.#isEnded) this.#controller?.abort(reason)
    const errors = this.#errors
    for (const frame of this.#writer.frames.splice(0).reverse())
      errors.push(...(await closeFrame(frame, reason)))
    errors.push(...(await closeLive([this.#writer.takeFound(), this.#value], reason)))
    await Promise.all(this.#pending)
    return errors
  }
}

async function closeFrame(frame: JsonFrame, reason: unknown): Promise<unknown[]> {
  switch (frame.kind) {
    case 'source':
      return frame.blocks.close(reason)
    case 'list':
      return closeLive(frame.list.slice(frame.at), reason)
    case 'object':
      return closeLive(
        frame.keys.slice(frame.at).map((key) => Object.getOwnPropertyDescriptor(frame.object, key)?.value),
        reason,
      )
    case 'promise':
      // Who waits for it closes what it gives.
      return frame.isAwaited ? [] : closeLive([frame.promise], reason)
  }
}
