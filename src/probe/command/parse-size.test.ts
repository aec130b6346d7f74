import { expect, it } from 'vitest'
import { parseSize } from './parse-size.ts'

it.each([
  ['500', 500],
  ['64k', 64_000],
  ['10MB', 10_000_000],
  ['1.5 g', 1_500_000_000],
  ['7b', 7],
])('parseSize of %s is %d bytes', (text, bytes) => {
  expect(parseSize(text, '--max-bytes')).toBe(bytes)
})

it.each(['', 'much', '0', '-1', '3 KiB', '99999999999g'])('parseSize refuses "%s"', (text) => {
  expect(() => parseSize(text, '--max-bytes')).toThrow(/^Cannot use --max-bytes=.*: say a size such as/)
})
