import { expect, it } from 'vitest'
import { formatAge, formatBytes, formatClock, formatCount, formatDuration, formatRate } from './format.ts'

it('formatCount sets the thousands apart', () => {
  expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
})

it('formatBytes has three digits at most, and never a thousand of a unit', () => {
  const texts = [0, 999, 1_000, 99_940, 99_960, 999_499, 999_500, 1_234_567, 5e9, 7e12, 8e15].map(formatBytes)
  expect(texts).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '99.9 kB',
    '100 kB',
    '999 kB',
    '1.0 MB',
    '1.2 MB',
    '5.0 GB',
    '7.0 TB',
    '8000 TB',
  ])
})

it('formatRate says nothing where nothing is sent', () => {
  expect([0, 0.4, 0.6, 1_500].map(formatRate)).toEqual(['', '', '1 B/s', '1.5 kB/s'])
})

it('formatDuration goes from a tenth of a millisecond to hours', () => {
  const texts = [-1, 0.04, 0.94, 0.95, 999, 1_000, 9_940, 9_960, 59_999, 61_000, 3_600_000].map(
    formatDuration,
  )
  expect(texts).toEqual([
    '0.0 ms',
    '0.0 ms',
    '0.9 ms',
    '1 ms',
    '999 ms',
    '1.0 s',
    '9.9 s',
    '10 s',
    '1 min 00 s',
    '1 min 01 s',
    '1 h 00 min',
  ])
})

it('formatAge changes once in a second', () => {
  expect([-5, 999, 1_000, 1_999, 59_999, 60_000, 7_384_000].map(formatAge)).toEqual([
    '0 s',
    '0 s',
    '1 s',
    '1 s',
    '59 s',
    '1 min 00 s',
    '2 h 03 min',
  ])
})

it('formatClock is the time of the day where the page is read', () => {
  expect(formatClock(new Date(2026, 10, 21, 9, 5, 7).getTime())).toBe('09:05:07')
})
