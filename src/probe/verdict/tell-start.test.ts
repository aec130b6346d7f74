import { expect, it } from 'vitest'
import { type MeasurementSketch, toMeasurement } from '../../../test/support/to-measurement.ts'
import { tellStart, tellStatus } from './tell-start.ts'

it.each<[number, string, [string, string][], string]>([
  [404, 'Not Found', [], 'The server answered 404 Not Found: nothing to judge'],
  [500, '', [['location', '/b']], 'The server answered 500: nothing to judge'],
  [301, 'Moved', [['location', '/b']], 'The server answered 301 Moved: ask /b in its place'],
  [300, 'Multiple Choices', [], 'The server answered 300 Multiple Choices: nothing to judge'],
])('tellStatus tells of %d what to do', (status, reason, fields, line) => {
  expect(tellStatus(toMeasurement([], { status, reason, fields }))).toBe(line)
})

it.each<[MeasurementSketch, number[], string[]]>([
  [{ head: 3 }, [], ['the head came after 3 ms']],
  [{ head: 3 }, [4], ['the head came only with the first block, after 3 ms']],
  [{ head: 3 }, [40], ['the head came after 3 ms, the first block after 40 ms']],
  [{ head: 3, fields: [['content-length', '0']], framing: 'none' }, [], ['the head came after 3 ms']],
  [
    { fields: [['content-length', '10']], framing: 'length' },
    [5],
    [
      'the head came only with the first block, after 5 ms',
      'the length was known before the first byte (Content-Length: 10): the body was most likely collected',
    ],
  ],
])('tellStart tells with %j what came first', (more, blocks, lines) => {
  expect(tellStart(toMeasurement(blocks, more))).toEqual(lines)
})
