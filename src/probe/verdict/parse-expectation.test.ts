import { expect, it } from 'vitest'
import { parseExpectations } from './parse-expectation.ts'

it.each([
  ['every 200ms', { kind: 'every', ms: 200 }],
  ['Every 1.5 s', { kind: 'every', ms: 1500 }],
  ['every 2min', { kind: 'every', ms: 120_000 }],
  ['first within 100ms', { kind: 'within', moment: 'first', ms: 100 }],
  ['head within 1s', { kind: 'within', moment: 'head', ms: 1000 }],
  ['end within 5 s', { kind: 'within', moment: 'end', ms: 5000 }],
  ['10 blocks', { kind: 'count', of: 'blocks', count: 10, isLeast: false }],
  ['1 block', { kind: 'count', of: 'blocks', count: 1, isLeast: false }],
  ['at least 3 events', { kind: 'count', of: 'units', count: 3, isLeast: true }],
  ['7 lines', { kind: 'count', of: 'units', count: 7, isLeast: false }],
])('parseExpectations reads "%s"', (text, expectation) => {
  expect(parseExpectations(text)).toEqual([{ text, ...expectation }])
})

it('parseExpectations reads several, separated by commas', () => {
  const texts = parseExpectations('first within 1s, every 200ms,10 blocks').map(({ text }) => text)
  expect(texts).toEqual(['first within 1s', 'every 200ms', '10 blocks'])
})

it.each([
  ['', 'Cannot read the expectation "": write "every 200ms", "first within 100ms", "10 blocks" or'],
  ['fast', 'Cannot read the expectation "fast": write "every 200ms"'],
  ['every 200', 'Cannot read the expectation "every 200": write 200ms, 200s or 200min'],
  ['every 200 parsecs', 'write 200ms, 200s or 200min'],
  ['every toString', 'tostring is no time, write 200ms or 1.5s'],
  ['every 0ms', 'Cannot read the expectation "every 0ms": a time must be more than 0'],
  ['first within soon', 'soon is no time, write 200ms or 1.5s'],
  ['every 1s,', 'Cannot read the expectation "": write'],
  ['-3 blocks', 'Cannot read the expectation "-3 blocks"'],
  ['ten blocks', 'Cannot read the expectation "ten blocks"'],
])('parseExpectations refuses "%s" and says what to write', (text, message) => {
  expect(() => parseExpectations(text)).toThrow(SyntaxError)
  expect(() => parseExpectations(text)).toThrow(message)
})
