import { expect, test } from 'vitest'
import { broken, couldNotRun, kept, NotOffered, notOffered, perhapsBroken, toFigure } from './case-result.ts'

test('results say what was seen', () => {
  expect(kept('1 ms', 'Seen.')).toEqual({ kind: 'kept', figure: '1 ms', evidence: ['Seen.'] })
  expect(broken('cut')).toEqual({ kind: 'broken', figure: 'cut', evidence: [] })
  expect(perhapsBroken('cut')).toEqual({ ...broken('cut'), isDoubtful: true })
  expect(notOffered('404')).toEqual({ kind: 'not offered', figure: '–', evidence: ['404'] })
  expect(couldNotRun('no answer')).toEqual({ kind: 'could not run', figure: '?', evidence: ['no answer'] })
})

test('NotOffered has its name', () => {
  expect(String(new NotOffered('the server answers 404'))).toBe('NotOffered: the server answers 404')
})

test.each([
  [0.04, '0.0 ms'],
  [-3, '0.0 ms'],
  [9.94, '9.9 ms'],
  [903.4, '903 ms'],
])('toFigure(%d) is %s', (ms, text) => {
  expect(toFigure(ms)).toBe(text)
})
