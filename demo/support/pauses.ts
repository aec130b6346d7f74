/** Pauses that end one by one, when the test says so; an end may come before its pause. */
export class Pauses {
  readonly #pauses: PromiseWithResolvers<void>[] = []
  #begun = 0
  #ended = 0
  #isOver = false

  readonly pause = async (): Promise<void> => {
    if (!this.#isOver) await this.#at(this.#begun++).promise
  }

  end(): void {
    this.#at(this.#ended++).resolve()
  }

  endAll(): void {
    this.#isOver = true
    while (this.#ended < this.#begun) this.end()
  }

  #at(index: number): PromiseWithResolvers<void> {
    return (this.#pauses[index] ??= Promise.withResolvers())
  }
}
