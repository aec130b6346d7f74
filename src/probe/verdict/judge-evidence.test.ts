import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  every,
  type MeasurementSketch,
  together,
  toMeasurement,
} from '../../../test/support/to-measurement.ts'
import { judge } from './judge.ts'
import { parseExpectations } from './parse-expectation.ts'

const length = (bytes: number): [string, string] => ['content-length', String(bytes)]

describe('judge', () => {
  it('says what else could look the same, unless it was told what to expect', () => {
    const held = toMeasurement(together([804], 4))
    const hint = expect.stringContaining('looks the same from outside')
    expect(judge(held).evidence).toContainEqual(hint)
    expect(judge(held, parseExpectations('every 200ms')).evidence).not.toContainEqual(hint)
  })

  it.each<[MeasurementSketch, unknown]>([
    [{ head: 2 }, 'the head came after 2 ms, the first block after 804 ms'],
    [{}, 'the head came only with the first block, after 804 ms'],
    [
      { format: 'csv', unitCount: 4, fields: [length(40)] },
      'the length was known before the first byte (Content-Length: 40): the body was most likely collected',
    ],
    [
      { ending: { kind: 'complete', isSure: false, faults: [], hints: ['it has no </html>'] } },
      'only the closing of the connection has ended it: a cut would look the same',
    ],
    [{ ending: { kind: 'complete', isSure: true, faults: [], hints: ['a hint'] } }, 'a hint'],
    [{ stalled: 300 }, expect.stringContaining('the probe itself could not read for up to 300 ms')],
    [{ encoding: 'br' }, expect.stringContaining('it is compressed with br')],
  ])('brings what was seen as evidence: %o', (more, evidence) => {
    expect(judge(toMeasurement(together([804], 4), more)).evidence).toContainEqual(evidence)
  })

  it('takes the jitter of a network for no holding', () => {
    const delays = fc.array(fc.double({ min: 0, max: 0.9, noNaN: true }), { minLength: 20, maxLength: 60 })
    fc.assert(
      fc.property(delays, fc.constantFrom(10, 50, 200, 1000), fc.nat(100), (jitter, step, roundTrip) => {
        // Packets keep their order: a late one brings those behind it along.
        let last = 0
        const times = jitter.map((share, index) => (last = Math.max(last, (index + 1 + share) * step)))
        expect(judge(toMeasurement(times, { roundTrip })).kind).toBe('streamed')
      }),
    )
  })

  it('takes the flights of packets of a fast download for no bursts', () => {
    // The window is full from the first round trip on.
    const blocks = together(every(80, 20), 8)
    const sketches = blocks.map((at) => ({ at, bytes: 1000, units: 5, endsInside: true }))
    expect(judge(toMeasurement(sketches, { roundTrip: 80, format: 'csv' })).kind).toBe('streamed')
  })

  it('takes a slow line for no bursts of its chunks', () => {
    const blocks = every(500, 8).map((at) => ({
      startedAt: at - 480,
      at,
      bytes: 65_536,
      units: 900,
      endsInside: true,
    }))
    expect(judge(toMeasurement(blocks, { format: 'csv' })).kind).toBe('streamed')
  })

  it('finds bursts of any size at any pace', () => {
    const sizes = fc.record({
      size: fc.integer({ min: 2, max: 50 }),
      step: fc.integer({ min: 40, max: 5000 }),
    })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 4, max: 20 }), fc.nat(10), ({ size, step }, count, rest) => {
        const blocks = [
          ...together(every(step, count), size),
          ...together([(count + 1) * step], Math.min(rest, size)),
        ]
        expect(judge(toMeasurement(blocks))).toMatchObject({ kind: 'held-in-bursts', burst: size })
      }),
    )
  })

  it('judges an endless stream by its first blocks and its end', () => {
    const whole = judge(toMeasurement(every(0.5, 10_000)))
    expect(whole).toMatchObject({ kind: 'streamed', line: expect.stringContaining('5.00 s') })
  })
})
