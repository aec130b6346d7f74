/**
 * Things under small numbers, which are used again when they are free. In place of a `Map`, whose old tables keep its
 * later entries alive until the whole heap is collected: with an entry for each request that costs more than the rest.
 */
export class Slots<Item extends object> {
  readonly #items: (Item | undefined)[] = []
  readonly #free: number[] = []

  /** Puts in what is made for a number that is free. */
  add<Made extends Item>(make: (index: number) => Made): Made {
    const index = this.#free.pop() ?? this.#items.push(undefined) - 1
    const item = make(index)
    this.#items[index] = item
    return item
  }

  get(index: number): Item | undefined {
    return this.#items[index]
  }

  /** Makes a number free again; for one that is free nothing happens. */
  delete(index: number): void {
    if (this.#items[index] === undefined) return
    this.#items[index] = undefined
    this.#free.push(index)
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const item of this.#items) if (item !== undefined) yield item
  }
}
