import type { Gaps } from '../measurement.ts'

/** So many gaps are kept as they are; with more of them each counts for its class alone. */
const exact = 4096
/** The classes: each is 2 % wider than the one below, from a hundredth of a millisecond on. */
const ratio = Math.log(1.02)
const least = 0.01
const classes = 1200

/** The gaps between arrivals, in bounded memory: exact up to 4,096 of them, within 1 % beyond. */
export class GapTally {
  readonly #kept: number[] = []
  #counts: Uint32Array | undefined
  #total = 0
  #longest = 0

  add(gap: number): void {
    this.#total++
    this.#longest = Math.max(this.#longest, gap)
    if (this.#total <= exact) this.#kept.push(gap)
    this.#count(gap)
  }

  get gaps(): Gaps {
    if (this.#total === 0) return {}
    const sorted = this.#total <= exact ? this.#kept.toSorted((a, b) => a - b) : undefined
    const at = (share: number): number => {
      const rank = Math.max(0, Math.ceil(share * this.#total) - 1)
      return sorted ? (sorted[rank] ?? 0) : Math.min(this.#longest, this.#find(rank))
    }
    return { p50: round(at(0.5)), p99: round(at(0.99)), longest: round(this.#longest) }
  }

  #count(gap: number): void {
    const index = Math.ceil(Math.log(Math.max(gap, least) / least) / ratio)
    this.#counts ??= new Uint32Array(classes)
    const counts = this.#counts
    const place = Math.min(index, classes - 1)
    counts[place] = (counts[place] ?? 0) + 1
  }

  // The middle of the class in which the gap of this rank is.
  #find(rank: number): number {
    let passed = 0
    const index = this.#counts?.findIndex((count) => (passed += count) > rank) ?? 0
    return least * Math.exp((index - 0.5) * ratio)
  }
}

// To a microsecond: no clock of a network is better.
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
