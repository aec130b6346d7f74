import { expect, it } from 'vitest'
import {
  type BlockSketch,
  every,
  type MeasurementSketch,
  together,
  toMeasurement,
} from '../../../test/support/to-measurement.ts'
import { compareExpectation } from './compare-expectation.ts'
import { parseExpectations } from './parse-expectation.ts'

const left: MeasurementSketch = { ending: { kind: 'left', because: 'duration' } }
const cut: MeasurementSketch = { ending: { kind: 'cut', by: 'reset', message: '' } }
const events = [1, 0, 1].map((units, index): BlockSketch => ({ at: 100 * index, units }))

type Row = [
  text: string,
  blocks: readonly BlockSketch[],
  isMet: boolean,
  line: string,
  more?: MeasurementSketch,
]

it.each<Row>([
  ['every 100ms', every(100, 10), true, 'Something new came every 100 ms'],
  ['every 100ms', [90, 220, 310, 380, 500], true, 'Something new came every 120 ms'],
  ['every 100ms', together(every(100, 5), 10), true, 'Something new came every 100 ms'],
  ['every 100ms', every(60, 10), true, 'Something new came every 60 ms'],
  ['every 100ms', every(20, 10), false, 'Something new came every 40 ms'],
  ['every 1s', every(100, 10), false, 'Something new came every 300 ms'],
  ['every 100ms', every(200, 10), false, 'every 200 ms, but 9 waits took up to 200 ms'],
  ['every 100ms', [...every(100, 5), 1000], false, 'every 100 ms, but 1 wait took up to 500 ms'],
  ['every 100ms', [...every(100, 20), 2500], true, 'but 1 wait took up to 500 ms'],
  ['every 100ms', together([800], 8), false, 'Everything came at once: there is no rhythm'],
  ['every 100ms', [], false, 'Everything came at once'],
  ['every 100ms', events, false, 'every 200 ms', { format: 'sse' }],
  ['every 200ms', events, true, 'every 200 ms', { format: 'sse' }],
  ['head within 5ms', [100], true, 'The head came after 4 ms', { head: 4 }],
  ['head within 3ms', [100], false, 'The head came after 4 ms', { head: 4 }],
  ['first within 100ms', [100], true, 'The first block came after 100 ms'],
  ['first within 99ms', [100], false, 'The first block came after 100 ms'],
  ['first within 1s', [], false, 'The first block never came'],
  ['end within 1s', [100], true, 'The end came after 900 ms', { end: 900 }],
  ['end within 1s', [100], false, 'The end came after 1.10 s', { end: 1100 }],
  ['end within 1s', [100], false, 'The end never came', { ...cut, end: 900 }],
  ['end within 1s', [100], false, 'The end never came', { ...left, end: 900 }],
  ['10 blocks', every(10, 10), true, 'It was 10 blocks'],
  ['10 blocks', every(10, 9), false, 'It was 9 blocks'],
  ['10 blocks', every(10, 11), false, 'It was 11 blocks'],
  ['10 blocks', every(10, 11), true, 'It was 11 blocks', left],
  ['at least 10 blocks', every(10, 11), true, 'It was 11 blocks'],
  ['1 block', [{ at: 1, decodedBytes: 0 }, 2], true, 'It was 1 block'],
  ['2 events', events, true, 'It was 2 events'],
  ['3 events', events, false, 'It was 2 events'],
  ['2 events', [1, 2], false, 'A body of text has nothing but blocks to count'],
])('compareExpectation finds "%s" in %j: %s, %s', (text, blocks, isMet, line, more = {}) => {
  const [expectation] = parseExpectations(text)
  if (!expectation) throw new Error(`Cannot compare "${text}": it is no expectation`)
  const result = compareExpectation(expectation, toMeasurement(blocks, more))
  expect(result).toMatchObject({ text, isMet })
  expect(result.line).toContain(line)
})
