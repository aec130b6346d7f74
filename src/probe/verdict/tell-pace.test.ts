import { expect, it } from 'vitest'
import { every, together, toMeasurement } from '../../../test/support/to-measurement.ts'
import { findBursts } from './find-bursts.ts'
import { tellCompressor, tellPace, tellStall } from './tell-pace.ts'

it('tellPace tells how far apart blocks came, and how many together', () => {
  const measurement = toMeasurement([...together([100, 200], 2), { at: 500, decodedBytes: 0 }, 500], {
    encoding: 'br',
  })
  expect(tellPace(measurement, findBursts(measurement))).toEqual([
    '5 blocks in 5 arrivals, half of them 0.01 ms or less apart, at most 300 ms',
    '1 to 2 came at a time',
    'br: 5 blocks could be decoded when they came, 1 of 6 decoded to nothing when they came',
  ])
  const steady = toMeasurement(every(100, 3))
  expect(tellPace(steady, findBursts(steady))).toHaveLength(1)
  expect(tellPace(toMeasurement([1]), [])).toEqual([])
})

it('tellPace tells of bursts that are all the same', () => {
  const measurement = toMeasurement(together(every(100, 3), 2))
  expect(tellPace(measurement, findBursts(measurement))).toContain('2 came at a time')
})

it('tellCompressor suspects the compressor where there is one', () => {
  expect(tellCompressor(toMeasurement([1]))).toEqual([])
  expect(tellCompressor(toMeasurement([1], { encoding: 'br' }))).toEqual([
    'it is compressed with br: a compressor that is not flushed after each block holds it back so',
  ])
})

it('tellStall tells where the probe itself was late', () => {
  expect(tellStall(toMeasurement([1]), 0)).toEqual([])
  expect(tellStall(toMeasurement([1], { stalled: 60 }), 181)).toEqual([])
  expect(tellStall(toMeasurement([1], { stalled: 180 }), 540)).toEqual([
    'the probe itself could not read for up to 180 ms: measure from a machine that is less busy, and not in the process of the server',
  ])
})
