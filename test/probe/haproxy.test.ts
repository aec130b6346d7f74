// The probe before a real HAProxy, which does not tell its name, and lets the system wait for full packets.
import { describe, expect, it } from 'vitest'
import { probe } from '../../src/probe/probe.ts'
import { probeThrough } from '../../src/probe/through/probe-through.ts'
import { hasHaproxy, Haproxy } from '../proxy/haproxy.ts'
import { PacedServer } from './paced-server.ts'

describe.skipIf(!hasHaproxy)('probeThrough, before HAProxy (skipped where HAProxy is not installed)', () => {
  it.concurrent('finds the bursts that option http-no-delay ends', async () => {
    await using server = await PacedServer.open()
    await using held = await Haproxy.open([server.port])
    const report = await probeThrough(
      server.at('/rows?n=24'),
      new URL(`http://127.0.0.1:${held.port}/rows?n=24`),
      {
        probe,
      },
    )
    expect(report.comparison).toMatchObject({ kind: 'held-by-proxy', servers: [] })
    expect(report.comparison.advice[0]).toMatchObject({ server: 'HAProxy', field: undefined })
    expect(report.comparison.advice[0]?.settings[0]?.setting).toBe('option http-no-delay')
  })

  it.concurrent('finds nothing to blame with it', async () => {
    await using server = await PacedServer.open()
    await using open = await Haproxy.open([server.port], { defaults: 'option http-no-delay' })
    const report = await probeThrough(server.at('/rows'), new URL(`http://127.0.0.1:${open.port}/rows`), {
      probe,
    })
    expect(report.comparison).toMatchObject({ kind: 'passed-on' })
    expect(report.isGood).toBe(true)
  })
})
