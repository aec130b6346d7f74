import type { Handler } from '../../gateway/handler.ts'
import { stream } from '../../reply/reply.ts'

/** What a registry of prom-client is asked for. */
export interface ShownRegistry {
  readonly contentType: string
  metrics(): Promise<string>
  getMetricsAsArray(): readonly { readonly name: string }[]
  getSingleMetricAsString(name: string): Promise<string>
}

/**
 * A handler that shows all metrics of a registry of prom-client as text, each in a block of its own: no text of all of
 * them is made.
 */
export function metricsReply({ register }: { readonly register: ShownRegistry }): Handler {
  return () =>
    stream(() => formatMetrics(register), {
      headers: { 'content-type': register.contentType, 'cache-control': 'no-store' },
      delivery: 'turn',
    })
}

async function* formatMetrics(registry: ShownRegistry): AsyncGenerator<string> {
  // The registry changes the names of counters for OpenMetrics, and knows the text as a whole alone.
  if (registry.contentType.startsWith('application/openmetrics-text')) return yield await registry.metrics()
  for (const { name } of registry.getMetricsAsArray()) {
    yield `${await registry.getSingleMetricAsString(name)}\n\n`
  }
}
