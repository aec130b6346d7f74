import { expect, it } from 'vitest'
import { countOf } from './count-of.ts'

it.each([
  [0, 'blocks', '0 blocks'],
  [1, 'blocks', '1 block'],
  [12_345, 'bytes', '12,345 bytes'],
])('countOf makes of %d %s %s', (count, plural, text) => {
  expect(countOf(count, plural)).toBe(text)
})
