import { expect, it, vi } from 'vitest'
import { byCountry } from './by-country.ts'

const batches = () => [['FR1', 'FR2', 'DE1'], [], ['DE2'], ['ES1']]
const codeOf = (row: string): string => row.slice(0, 2)

it('byCountry gives the rows of each country, over the bounds of batches', () => {
  const countries = Array.from(byCountry(batches(), codeOf), ({ code, rows }) => [code, [...rows]])
  expect(countries).toEqual([
    ['FR', ['FR1', 'FR2']],
    ['DE', ['DE1', 'DE2']],
    ['ES', ['ES1']],
  ])
  expect([...byCountry([], codeOf)]).toEqual([])
})

it('byCountry goes on with the next country though nobody has asked for the rows of the last', () => {
  expect(Array.from(byCountry(batches(), codeOf), ({ code }) => code)).toEqual(['FR', 'DE', 'ES'])
})

it('byCountry closes its reader when it is left', () => {
  const closed = vi.fn<() => void>()
  const read = function* () {
    try {
      yield* batches()
    } finally {
      closed()
    }
  }
  for (const { code } of byCountry(read(), codeOf)) if (code === 'FR') break
  expect(closed).toHaveBeenCalledOnce()
})
