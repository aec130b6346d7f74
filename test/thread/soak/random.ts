/** Numbers that follow from a seed. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(...all: [T, ...T[]]): T {
    return all[this.between(0, all.length - 1)] ?? all[0]
  }

  /** Many small sizes, some large ones, and those at which something changes: 0, a frame, a piece, the credit. */
  size(most: number): number {
    const edge = this.pick(0, 1, 15, 16, 255, 256, 4095, 4096, 65_535, 65_536, 131_072, 262_144)
    const size = this.chance(0.3) ? edge + this.between(-1, 1) : Math.floor(most * this.next() ** 6)
    return Math.max(0, Math.min(most, size))
  }
}
