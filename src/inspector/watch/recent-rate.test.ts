import { expect, it } from 'vitest'
import { RecentRate } from './recent-rate.ts'

it('RecentRate gives the bytes a second of the last second, and is 0 after as much of silence', () => {
  const rate = new RecentRate()
  expect(rate.take(1000, 500)).toBe(0)
  expect(rate.take(1100, 600)).toBe(1000)
  expect(rate.take(1200, 600)).toBe(500)
  const rates = Array.from({ length: 10 }, (_, turn) => rate.take(1300 + turn * 100, 600))
  expect(rates.slice(0, 2)).toEqual([333, 250])
  expect(rates.slice(-3)).toEqual([100, 0, 0])
})

it('RecentRate is none for two looks at the same time', () => {
  const rate = new RecentRate()
  rate.take(1000, 0)
  expect(rate.take(1000, 5)).toBe(0)
})
