import { isMainThread } from 'node:worker_threads'

/**
 * What the main thread asks all threads of its process, itself among them. It is made by a module that is loaded with
 * `--import`: so every thread has one, and knows how to answer.
 */
export class ThreadQuestion<T> {
  readonly #answer: () => T
  readonly #questions: BroadcastChannel
  readonly #answers: BroadcastChannel
  #others = 0

  constructor(name: string, answer: () => T) {
    this.#answer = answer
    this.#questions = new BroadcastChannel(`${name}?`)
    this.#answers = new BroadcastChannel(`${name}!`)
    this.#questions.unref()
    this.#answers.unref()
    if (isMainThread) process.on('worker', () => this.#others++)
    else this.#questions.onmessage = () => this.#answers.postMessage(answer())
  }

  /** The answer of the main thread, then those of the others. */
  async ask(): Promise<[T, ...T[]]> {
    const own = this.#answer()
    if (this.#others === 0) return [own]
    const { promise, resolve } = Promise.withResolvers<void>()
    const others: T[] = []
    this.#answers.onmessage = ({ data }) => {
      if (others.push(data) === this.#others) resolve()
    }
    this.#questions.postMessage(undefined)
    await promise
    return [own, ...others]
  }
}
