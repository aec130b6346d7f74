import type { Step } from '../../../body/source.ts'

type Answer = { kind: 'step'; step: Step } | { kind: 'failed'; error: unknown }

/** A block that was asked for and has not come yet; it can be waited for more than once. */
export class PendingStep {
  #answer: Answer | undefined
  #wake: (() => void) | undefined

  constructor(asked: PromiseLike<Step>) {
    asked.then(
      (step) => this.#settle({ kind: 'step', step }),
      (error: unknown) => this.#settle({ kind: 'failed', error }),
    )
  }

  /** Resolves when the source has answered, or earlier when the turn of the event loop ends. */
  withinTurn(): Promise<void> {
    return this.#wait((wake) => process.nextTick(wake))
  }

  /** Resolves when the source has answered, or earlier after some milliseconds, where they are given. */
  async within(ms: number | undefined): Promise<void> {
    if (ms === undefined) return this.#wait(() => {})
    let timer: NodeJS.Timeout | undefined
    await this.#wait((wake) => (timer = setTimeout(wake, ms).unref()))
    clearTimeout(timer)
  }

  /** Lets whoever waits go on without an answer. */
  wake(): void {
    this.#wake?.()
  }

  /** The answer, or undefined when there is none yet; throws what the source has thrown. */
  take(): Step | undefined {
    if (this.#answer?.kind === 'failed') throw this.#answer.error
    return this.#answer?.step
  }

  #wait(limit: (wake: () => void) => unknown): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    if (this.#answer) resolve()
    else limit(resolve)
    return promise
  }

  #settle(answer: Answer): void {
    this.#answer = answer
    this.#wake?.()
  }
}
