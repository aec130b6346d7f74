import { expect, it } from 'vitest'
import { formatTime } from './format-time.ts'

it.each([
  [0, '0 ms'],
  [0.004, '0 ms'],
  [0.42, '0.42 ms'],
  [0.999, '1 ms'],
  [1, '1 ms'],
  [8.34, '8.3 ms'],
  [9.96, '10 ms'],
  [412.4, '412 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [2406, '2.41 s'],
  [9996, '10.0 s'],
  [59_900, '59.9 s'],
  [59_960, '1 min'],
  [200_000, '3 min 20 s'],
  [-3, '−3 ms'],
])('formatTime of %f ms is %s', (ms, text) => {
  expect(formatTime(ms)).toBe(text)
})
