import { flush } from '../../body/block.ts'
import type { Blocks } from '../../body/blocks.ts'
import { isPromiseLike, throwTogether } from '../../body/run-closers.ts'
import type { BlockReader, ReaderSource, Step } from '../../body/source.ts'
import { formatEvent } from './format-event.ts'

/** Encodes events as they are asked for: one event in, one block out, nothing is pulled ahead. */
export class EncodedEvents implements ReaderSource, BlockReader {
  readonly #events: Blocks
  #preface: string

  /** `preface`: what is given before the source is asked. */
  constructor(events: Blocks, preface: string) {
    this.#events = events
    this.#preface = preface
  }

  openReader(): BlockReader {
    return this
  }

  next(): Step | PromiseLike<Step> {
    if (this.#preface !== '') return this.#takePreface()
    const step = this.#events.next()
    return isPromiseLike(step) ? step.then(this.#encode) : this.#encode(step)
  }

  /** Closes the source, whether an event was asked for or not. */
  async close(): Promise<void> {
    throwTogether(await this.#events.close())
  }

  #takePreface(): Step {
    const value = this.#preface
    this.#preface = ''
    return { done: false, value }
  }

  readonly #encode = (step: Step): Step => {
    if (!step.done) return { done: false, value: step.value === flush ? flush : formatEvent(step.value) }
    this.#events.finish()
    return { done: true, value: undefined }
  }
}
