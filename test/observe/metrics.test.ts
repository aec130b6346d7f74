import * as promClient from 'prom-client'
import { expect, it } from 'vitest'
import { stream } from 'millrace'
import { metrics, metricsReply } from 'millrace/observe'
import { eachDelivery } from '../support/each-delivery.ts'
import { Gate } from '../support/gate.ts'
import { Moments } from '../support/moments.ts'

const protocols = {
  'HTTP/1.1': 'HTTP/1.1',
  'HTTP/1.1, TLS': 'HTTP/1.1',
  'HTTP/2, TLS': 'HTTP/2.0',
  h2c: 'HTTP/2.0',
}

/** The lines of a text that are about one metric, without what explains it. */
function linesOf(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
}

eachDelivery('metrics', (open, way) => {
  it('count each reply once, by its route and how it ended', async () => {
    const registry = new promClient.Registry()
    using _ = metrics(promClient, { registry })
    using moments = new Moments()
    await using server = await open({
      routes: {
        '/users/:id': () => 'plain',
        '/fails': () =>
          stream(function* () {
            yield 'one'
            throw new Error('expected')
          }),
        '/metrics': metricsReply({ register: registry }),
      },
    })
    for (const path of ['/users/1', '/users/2', '/missing/1', '/missing/2', '/fails']) {
      const client = server.client()
      client.get(path)
      await client.reply()
    }
    await moments.when('millrace:reply-closed', 5)
    const client = server.client()
    client.get('/metrics')
    const { text, headers } = await client.reply()
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const protocol = protocols[way.protocol]
    expect(linesOf(text, 'millrace_replies_total')).toEqual([
      `millrace_replies_total{method="GET",route="/users/:id",status="200",outcome="complete",protocol="${protocol}"} 2`,
      `millrace_replies_total{method="GET",route="",status="404",outcome="complete",protocol="${protocol}"} 2`,
      `millrace_replies_total{method="GET",route="/fails",status="200",outcome="failed",protocol="${protocol}"} 1`,
    ])
    expect(linesOf(text, 'millrace_reply_bytes_total')).toContain(
      'millrace_reply_bytes_total{method="GET",route="/users/:id"} 10',
    )
    expect(linesOf(text, 'millrace_blocks_total')).toContain(
      'millrace_blocks_total{method="GET",route="/fails"} 1',
    )
    for (const name of ['time_to_first_block', 'reply_duration', 'client_wait']) {
      expect(linesOf(text, `millrace_${name}_seconds_count`)).toContain(
        `millrace_${name}_seconds_count{method="GET",route="/users/:id"} 2`,
      )
      expect(text).toContain(`millrace_${name}_seconds_bucket{method="GET",route="/users/:id",le="+Inf"} 2`)
    }
    // The reply that shows them is being sent.
    expect(linesOf(text, 'millrace_replies_in_flight')).toEqual(['millrace_replies_in_flight 1'])
  })

  it('know the replies that are being sent, and keep nothing of those that are over', async () => {
    const registry = new promClient.Registry()
    using _ = metrics(promClient, { registry })
    using moments = new Moments()
    const gate = new Gate()
    await using server = await open({ routes: { '/': () => stream(gate) } })
    const client = server.client()
    client.get('/')
    gate.open('one')
    await client.untilChunk('one')
    expect(await registry.metrics()).toContain('millrace_replies_in_flight 1')
    gate.end()
    await moments.when('millrace:reply-closed')
    expect(await registry.metrics()).toContain('millrace_replies_in_flight 0')
  })
})
