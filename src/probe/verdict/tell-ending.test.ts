import { expect, it } from 'vitest'
import { type MeasurementSketch, toMeasurement } from '../../../test/support/to-measurement.ts'
import { tellEnding } from './tell-ending.ts'

it.each<[MeasurementSketch['ending'] & object, string[]]>([
  [{ kind: 'left', because: 'duration' }, ['the probe left at 5 ms, while the reply went on']],
  [
    { kind: 'left', because: 'bytes' },
    ['the probe had enough bytes and left at 5 ms, while the reply went on'],
  ],
  [{ kind: 'left', because: 'signal' }, ['the probe was stopped at 5 ms, while the reply went on']],
  [{ kind: 'cut', by: 'reset', message: 'it was reset' }, ['it was reset']],
  [{ kind: 'complete', isSure: true, faults: [], hints: [] }, []],
  [
    { kind: 'complete', isSure: false, faults: [], hints: ['a hint'] },
    ['only the closing of the connection has ended it: a cut would look the same', 'a hint'],
  ],
])('tellEnding tells of %j', (ending, lines) => {
  expect(tellEnding(toMeasurement([5], { ending }))).toEqual(lines)
})
