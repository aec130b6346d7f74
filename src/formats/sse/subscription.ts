import type { ChannelReader } from './channel-reader.ts'

/** The events of a channel from one place on, as blocks of one or more whole events. */
export class Subscription implements AsyncIterableIterator<Uint8Array, undefined, undefined> {
  readonly #reader: ChannelReader
  readonly #signal: AbortSignal | undefined
  #asked: Promise<unknown> = Promise.resolve()

  constructor(reader: ChannelReader, signal: AbortSignal | undefined) {
    this.#reader = reader
    this.#signal = signal
    if (signal?.aborted) reader.return()
    else signal?.addEventListener('abort', this.#stop)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Whoever asks again before it has answered gets what comes after that. */
  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const step = this.#asked.then(this.#take, this.#take)
    this.#asked = step
    return step
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#stop()
    return { done: true, value: undefined }
  }

  readonly #take = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    const step = await this.#reader.next()
    if (step.done) this.#stop()
    return step
  }

  readonly #stop = (): void => {
    this.#signal?.removeEventListener('abort', this.#stop)
    this.#reader.return()
  }
}
