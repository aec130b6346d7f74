import { ReplyCounts, type RouteCounts } from './reply-counts.ts'
import type { Sample } from './tally.ts'
import { ReplyTimes, WatchedReplies, type Watching } from '../watched-replies.ts'

/** What a registry of prom-client is asked to do. */
export interface MetricRegistry {
  registerMetric(metric: RegisteredMetric): void
  removeSingleMetric(name: string): void
}

/** What a registry keeps: it asks for the values when it is asked for them itself. */
export interface RegisteredMetric {
  get(): Promise<object>
  reset(): void
}

export interface MetricsOptions {
  /** Where the metrics are kept; the registry that prom-client has made by itself by default. */
  registry?: MetricRegistry
  /** Seconds, the upper bounds of the histograms; from 1 ms to 10 minutes by default, for streams last. */
  buckets?: readonly number[]
}

const defaultBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600,
]

/** One metric: its name, what it says of all replies, and its values. */
interface MetricPlan {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samples: (name: string) => Iterable<Sample>
}

/**
 * Counts the replies of the servers in this process for Prometheus, until it is stopped; then the metrics are gone from
 * the registry. Counted is here, once for each reply; prom-client is asked for its registry alone.
 * @throws TypeError for buckets that do not rise; Error of prom-client where it has metrics of these names already.
 */
export function metrics(
  promClient: { readonly register: MetricRegistry },
  options: MetricsOptions = {},
): Watching {
  const { registry = promClient.register, buckets = defaultBuckets } = options
  const counts = new ReplyCounts(checkBuckets(buckets))
  const replies = new WatchedReplies<ReplyTimes>({
    task: 'count replies',
    read: (request) => new ReplyTimes(request),
    closed: (times, end, now) => counts.add(times, end, now),
  })
  const registered: string[] = []
  const stop = () => {
    replies.stop()
    for (const name of registered.splice(0)) registry.removeSingleMetric(name)
  }
  try {
    for (const [name, plan] of Object.entries(plansOf(counts, replies.inFlight))) {
      registry.registerMetric(new Metric(name, plan, () => counts.clear()))
      registered.push(name)
    }
  } catch (error) {
    stop()
    throw error
  }
  return { stop, [Symbol.dispose]: stop }
}

// The members are those that prom-client's own metrics show to a registry.
class Metric implements RegisteredMetric {
  readonly name: string
  readonly help: string
  readonly type: MetricPlan['type']
  readonly aggregator = 'sum'
  readonly reset: () => void
  readonly #samples: MetricPlan['samples']

  constructor(name: string, { type, help, samples }: MetricPlan, reset: () => void) {
    this.name = name
    this.type = type
    this.help = help
    this.reset = reset
    this.#samples = samples
  }

  get(): Promise<object> {
    const { name, help, type, aggregator } = this
    return Promise.resolve({ name, help, type, aggregator, values: [...this.#samples(name)] })
  }
}

function plansOf(counts: ReplyCounts, inFlight: ReadonlyMap<object, unknown>): Record<string, MetricPlan> {
  return {
    millrace_replies_total: {
      type: 'counter',
      help: 'Replies that are over, by how they ended',
      samples: () => endSamples(counts),
    },
    millrace_replies_in_flight: {
      type: 'gauge',
      help: 'Replies that are being made or sent',
      samples: () => [{ labels: {}, value: inFlight.size }],
    },
    millrace_reply_bytes_total: {
      type: 'counter',
      help: 'Bytes of bodies that were handed to the transport, without framing',
      samples: () => routeSamples(counts, ({ bytes }) => bytes),
    },
    millrace_blocks_total: {
      type: 'counter',
      help: 'Blocks of bodies that were handed to the transport',
      samples: () => routeSamples(counts, ({ blocks }) => blocks),
    },
    millrace_time_to_first_block_seconds: {
      type: 'histogram',
      help: 'Time from the request to the first block of its reply',
      samples: (name) => tallySamples(name, counts, ({ firstBlock }) => firstBlock),
    },
    millrace_reply_duration_seconds: {
      type: 'histogram',
      help: 'Time from the request to the end of its reply',
      samples: (name) => tallySamples(name, counts, ({ duration }) => duration),
    },
    millrace_client_wait_seconds: {
      type: 'histogram',
      help: 'Time that a reply has waited for its client to read',
      samples: (name) => tallySamples(name, counts, ({ wait }) => wait),
    },
  }
}

function* endSamples(counts: ReplyCounts): Generator<Sample> {
  for (const { method, route, ends } of counts.all()) {
    for (const { status, outcome, protocol, count } of ends.values()) {
      const labels = { method, route, status: status === 0 ? '' : String(status), outcome, protocol }
      yield { labels, value: count }
    }
  }
}

function* routeSamples(counts: ReplyCounts, valueOf: (route: RouteCounts) => number): Generator<Sample> {
  for (const one of counts.all()) {
    yield { labels: { method: one.method, route: one.route }, value: valueOf(one) }
  }
}

function* tallySamples(
  name: string,
  counts: ReplyCounts,
  tallyOf: (route: RouteCounts) => RouteCounts['wait'],
): Generator<Sample> {
  for (const one of counts.all()) yield* tallyOf(one).samples(name, { method: one.method, route: one.route })
}

function checkBuckets(buckets: readonly number[]): readonly number[] {
  const isRising = buckets.every(
    (bound, index) => bound > (buckets[index - 1] ?? -Infinity) && bound < Infinity,
  )
  if (isRising && buckets.length > 0) return [...buckets]
  throw new TypeError(`Cannot count in buckets of ${buckets.join(', ') || 'nothing'}: give rising numbers`)
}
