import * as promClient from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createContext } from '../../../test/support/create-context.ts'
import { toReply } from '../../gateway/to-reply.ts'
import { metricsReply } from './metrics-reply.ts'

async function show(registry: Parameters<typeof metricsReply>[0]['register']): Promise<Response> {
  return toReply(await metricsReply({ register: registry })(createContext()), false)
}

describe('metricsReply', () => {
  it('shows what the registry would show as a whole', async () => {
    const registry = new promClient.Registry()
    for (const name of ['one', 'two'])
      new promClient.Counter({ name, help: 'x', registers: [registry] }).inc(2)
    const response = await show(registry)
    expect((await response.text()).trim()).toBe((await registry.metrics()).trim())
    expect(response.headers.get('content-type')).toBe(registry.contentType)
  })

  it('shows the format of OpenMetrics, twice the same', async () => {
    const registry = new promClient.Registry<promClient.OpenMetricsContentType>()
    registry.setContentType(promClient.Registry.OPENMETRICS_CONTENT_TYPE)
    new promClient.Counter({ name: 'one_total', help: 'x', registers: [registry] }).inc(2)
    const text = await (await show(registry)).text()
    expect(text).toContain('one_total 2')
    expect(text.endsWith('# EOF\n')).toBe(true)
    expect(await (await show(registry)).text()).toBe(text)
  })
})
