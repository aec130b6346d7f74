import * as promClient from 'prom-client'
import { describe, expect, it } from 'vitest'
import { replyClosed, requestRead } from '../../delivery/channels.ts'
import { metrics } from './metrics.ts'

const reply = { progress: { bytes: 0, blocks: 0 }, requestField: () => undefined }

function tellReply(route: string): void {
  const request = { method: 'GET', path: '/', route, protocol: 'HTTP/1.1' }
  requestRead.publish({ reply, ...request })
  replyClosed.publish({
    reply,
    ...request,
    outcome: { kind: 'complete', bytes: 3, blocks: 1 },
    errors: [],
    status: 200,
  })
}

describe('metrics', () => {
  it('stand in the registry of prom-client unless they are given another, until they are stopped', async () => {
    const counted = metrics(promClient)
    expect(await promClient.register.metrics()).toContain('millrace_replies_in_flight 0')
    counted.stop()
    expect(await promClient.register.metrics()).toBe('\n')
  })

  it('escape what a route holds', async () => {
    const registry = new promClient.Registry()
    using _ = metrics(promClient, { registry })
    tellReply('/a"b\\c')
    expect(await registry.metrics()).toContain('route="/a\\"b\\\\c"')
  })

  it('take the labels that the registry has for all', async () => {
    const registry = new promClient.Registry()
    registry.setDefaultLabels({ app: 'shop' })
    using _ = metrics(promClient, { registry })
    expect(await registry.metrics()).toContain('millrace_replies_in_flight{app="shop"} 0')
  })

  it('are right in the format of OpenMetrics', async () => {
    const registry = new promClient.Registry<promClient.OpenMetricsContentType>()
    registry.setContentType(promClient.Registry.OPENMETRICS_CONTENT_TYPE)
    using _ = metrics(promClient, { registry })
    tellReply('/')
    const text = await registry.metrics()
    expect(text).toContain('# TYPE millrace_replies counter')
    expect(text).toContain('millrace_replies_total{method="GET"')
    expect(text).not.toContain('total_total')
  })

  it('begin anew when the registry is reset', async () => {
    const registry = new promClient.Registry()
    using _ = metrics(promClient, { registry })
    tellReply('/')
    expect(await registry.metrics()).toContain('millrace_blocks_total{method="GET",route="/"} 1')
    registry.resetMetrics()
    expect(await registry.metrics()).not.toContain('route="/"')
  })

  it('can be added up over the processes of a cluster', async () => {
    const registry = new promClient.Registry()
    using _ = metrics(promClient, { registry })
    tellReply('/')
    const one = await registry.getMetricsAsJSON()
    const sum = promClient.AggregatorRegistry.aggregate([one, one])
    expect(await sum.metrics()).toContain('millrace_blocks_total{method="GET",route="/"} 2')
  })

  it('refuse names that are taken, and leave nothing behind', () => {
    const registry = new promClient.Registry()
    using _ = metrics(promClient, { registry })
    expect(() => metrics(promClient, { registry })).toThrow('already been registered')
    expect(registry.getMetricsAsArray()).toHaveLength(7)
  })

  it.each([[[]], [[2, 1]], [[1, 1]], [[Infinity]], [[Number.NaN]]])('refuse the buckets %j', (buckets) => {
    const registry = new promClient.Registry()
    expect(() => metrics(promClient, { registry, buckets })).toThrow(TypeError)
    expect(requestRead.hasSubscribers).toBe(false)
  })
})
