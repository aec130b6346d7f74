// Counts that cost little to keep: the text of the metrics is made when somebody asks for it.

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>

/** One value of a metric as a registry of prom-client takes it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  /** Where it is not that of the metric: a counter must leave it to the registry. */
  readonly metricName?: string
}

/** How often values fell between bounds, and their sum. */
export class Tally {
  sum = 0
  count = 0
  readonly #bounds: readonly number[]
  readonly #counts: number[]

  /** `bounds`: the upper ones, in rising order. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.sum += value
    this.count++
    const index = this.#bounds.findIndex((bound) => value <= bound)
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  /** The samples of a histogram: in each bucket is what is in those before it. */
  *samples(name: string, labels: Labels): Generator<Sample> {
    let total = 0
    for (const [index, bound] of this.#bounds.entries()) {
      total += this.#counts[index] ?? 0
      yield { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: total }
    }
    yield { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: this.count }
    yield { metricName: `${name}_sum`, labels, value: this.sum }
    yield { metricName: `${name}_count`, labels, value: this.count }
  }
}
