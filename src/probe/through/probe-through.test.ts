import { describe, expect, it } from 'vitest'
import { createBlock, createProbeReport } from '../../../test/support/create-probe-report.ts'
import type { ProbeOptions, ProbeReport } from '../measurement.ts'
import { probeThrough } from './probe-through.ts'

const direct = new URL('http://app.example/rows')
const through = new URL('https://www.example/rows')

class FakeProbe {
  readonly asked: { url: string; options: ProbeOptions; finish: PromiseWithResolvers<ProbeReport> }[] = []

  readonly probe = (url: URL, options: ProbeOptions): Promise<ProbeReport> => {
    const finish = Promise.withResolvers<ProbeReport>()
    this.asked.push({ url: url.href, options, finish })
    return finish.promise
  }

  finish(index: number, report: ProbeReport): void {
    this.asked[index]?.finish.resolve(report)
  }
}

describe('probeThrough', () => {
  it('asks both at the same time, with the same options, and tells whose block it is', async () => {
    const fake = new FakeProbe()
    const told: unknown[] = []
    const asked = probeThrough(direct, through, {
      probe: fake.probe,
      method: 'POST',
      onBlock: ({ at }, side) => told.push([side, at]),
    })
    expect(fake.asked.map(({ url }) => url)).toEqual([direct.href, through.href])
    for (const { options } of fake.asked) {
      expect(options).toMatchObject({ method: 'POST' })
      expect(options).not.toHaveProperty('probe')
    }
    fake.asked[1]?.options.onBlock?.(createBlock({ at: 7 }), 0)
    fake.asked[0]?.options.onBlock?.(createBlock({ at: 8 }), 0)
    expect(told).toEqual([
      ['through', 7],
      ['direct', 8],
    ])
    fake.finish(0, createProbeReport('streamed'))
    fake.finish(1, createProbeReport('held-to-the-end', { arrivals: [621] }))
    expect(await asked).toMatchObject({ isGood: false, comparison: { kind: 'held-by-proxy' } })
  })

  it('sends fields of their own through the proxy, where there are some', () => {
    const fake = new FakeProbe()
    const [headers, throughHeaders] = [{ x: 'direct' }, { x: 'through' }]
    void probeThrough(direct, through, { probe: fake.probe, headers, throughHeaders })
    void probeThrough(direct, through, { probe: fake.probe, headers })
    const sent = fake.asked.map(({ options }) => options.headers)
    expect(sent).toEqual([headers, throughHeaders, headers, headers])
    expect(fake.asked[1]?.options).not.toHaveProperty('throughHeaders')
  })

  it('asks one after the other where it is told to', async () => {
    const fake = new FakeProbe()
    const asked = probeThrough(direct, through, { probe: fake.probe, isInTurn: true })
    expect(fake.asked).toHaveLength(1)
    fake.finish(0, createProbeReport('streamed'))
    await expect.poll(() => fake.asked.length).toBe(2)
    fake.finish(1, createProbeReport('streamed'))
    expect(await asked).toMatchObject({ isGood: true })
  })

  it('is not good where an expectation is not met through the proxy', async () => {
    const fake = new FakeProbe()
    const asked = probeThrough(direct, through, { probe: fake.probe })
    const expectations = [{ text: 'every 200ms', isMet: false, line: 'no' }]
    fake.finish(0, createProbeReport('streamed'))
    fake.finish(1, createProbeReport('streamed', { connection: { expectations } }))
    expect(await asked).toMatchObject({ isGood: false, comparison: { isGood: true } })
  })
})
