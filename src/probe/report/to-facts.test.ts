import { describe, expect, it } from 'vitest'
import { createBlock, createMeasurement } from '../../../test/support/create-probe-report.ts'
import type { Measurement } from '../measurement.ts'
import { toFacts } from './to-facts.ts'

const factsOf = (measurement: Measurement) =>
  Object.fromEntries(toFacts(measurement).map(({ name, text }) => [name, text]))

describe('toFacts', () => {
  it('tells a reply in the order of time', () => {
    expect(toFacts(createMeasurement([20, 220, 420]))).toEqual([
      { name: 'status', text: '200 OK over HTTP/1.1' },
      { name: 'body', text: 'text, in chunks' },
      { name: 'connected', text: 'in 1 ms' },
      { name: 'head', text: 'after 10 ms' },
      { name: 'first block', text: 'after 20 ms' },
      { name: 'blocks', text: '3 of 100 B' },
      { name: 'gaps', text: '200 ms median, 200 ms p99, 200 ms longest' },
      { name: 'bytes', text: '300 B' },
      { name: 'end', text: 'whole, after 421 ms' },
    ])
  })

  it('tells TLS, encoding, events and rate where there are some', () => {
    const facts = factsOf(
      createMeasurement([20, 220], {
        protocol: 'HTTP/2',
        isSecure: true,
        reason: '',
        framing: 'stream',
        format: 'sse',
        encoding: 'gzip',
        unitCount: 1200,
        unitName: 'events',
        arrivalCount: 1,
        rate: 1500,
        decodedBytes: 5300,
        blocks: [createBlock({ at: 20, bytes: 50 }), createBlock({ at: 20, bytes: 1900 })],
        times: {
          started: -30,
          connected: -25,
          secured: -3,
          head: 10,
          firstBlock: 20,
          lastBlock: 220,
          end: 221,
        },
      }),
    )
    expect(facts).toMatchObject({
      status: '200 over HTTP/2 and TLS',
      body: 'server-sent events, gzip, in frames',
      connected: 'in 5 ms, TLS in 22 ms',
      blocks: '2 of 50 B to 1.9 kB, in 1 arrival, 1,200 events',
      bytes: '200 B, 5.3 kB decoded, 1.5 kB a second',
    })
  })

  it('counts one of a unit in the singular', () => {
    expect(factsOf(createMeasurement([20], { unitCount: 1, unitName: 'lines' }))).toMatchObject({
      blocks: '1, 1 line',
    })
    expect(factsOf(createMeasurement([20], { unitCount: 0, unitName: 'lines' }))).toMatchObject({
      blocks: '1',
    })
    expect(factsOf(createMeasurement([20], { unitCount: 0, unitName: 'events' }))).toMatchObject({
      blocks: '1, 0 events',
    })
  })

  it('says so where nothing came', () => {
    const facts = factsOf(createMeasurement([], { framing: 'none', format: 'none', gaps: {} }))
    expect(facts).toMatchObject({ body: 'no body', 'first block': 'none came', blocks: 'none' })
    expect(facts).not.toHaveProperty('gaps')
  })

  it.each<[string, Measurement['ending']]>([
    ['closed after 21 ms: nobody can tell whether it is whole', ending({ isSure: false })],
    ['whole for HTTP after 21 ms, but not for its format', ending({ faults: ['no last line end'] })],
    ['cut off after 21 ms: it was reset', { kind: 'cut', by: 'reset', message: 'it was reset' }],
    ['still going on after 21 ms, when the time to watch was over', { kind: 'left', because: 'duration' }],
    ['still going on after 21 ms, when the probe was stopped', { kind: 'left', because: 'signal' }],
  ])('tells the end: %s', (text, kind) => {
    expect(factsOf(createMeasurement([20], { ending: kind }))).toMatchObject({ end: text })
  })
})

function ending(init: { isSure?: boolean; faults?: string[] }): Measurement['ending'] {
  return { kind: 'complete', isSure: true, faults: [], hints: [], ...init }
}
