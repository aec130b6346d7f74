import { expect, it } from 'vitest'
import { formatBytes, formatCount } from './format-bytes.ts'

it.each([
  [0, '0 B'],
  [318.4, '318 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1432, '1.4 kB'],
  [23_400_000, '23 MB'],
  [999_600, '1.0 MB'],
  [5e15, '5000 TB'],
])('formatBytes of %d is %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it('formatCount has commas', () => {
  expect(formatCount(135_233)).toBe('135,233')
})
