import { HttpError } from 'millrace'
import { describe, expect, it } from 'vitest'
import { parseCityFilters } from './city-filters.ts'

function parse(query: string): unknown {
  return parseCityFilters(new URLSearchParams(query))
}

describe('parseCityFilters', () => {
  it('reads every filter', () => {
    expect(parse('country=fr&min=1000&max=20000&name=S%C3%A3o&limit=7&order=-population')).toEqual({
      country: 'FR',
      min: 1000,
      max: 20_000,
      name: 'sao',
      limit: 7,
      order: { column: 'population', isDescending: true },
    })
  })

  it('takes an empty value for no filter, as a form sends it', () => {
    expect(parse('country=&min=&name=+&limit=&order=')).toEqual({})
  })

  it('takes bounds that are equal', () => {
    expect(parse('min=5&max=5')).toEqual({ min: 5, max: 5 })
  })

  it('lets a route have names of its own', () => {
    expect(parseCityFilters(new URLSearchParams('download=1'), ['download'])).toEqual({})
  })

  it.each([
    [
      'town=Paris',
      'Cannot filter by "town": there is no such filter; use country, min, max, name, limit, order',
    ],
    ['country=France', 'Cannot filter by country="France": give two letters, as in country=FR'],
    ['country=F1', 'Cannot filter by country="F1": give two letters, as in country=FR'],
    ['min=many', 'Cannot filter by min="many": give a number of people, as in min=100000'],
    ['min=-1', 'Cannot filter by min="-1": give a number of people, as in min=100000'],
    ['max=1e6', 'Cannot filter by max="1e6": give a number of people, as in max=100000'],
    ['min=1.5', 'Cannot filter by min="1.5": give a number of people, as in min=100000'],
    ['min=10&max=9', 'Cannot filter by population: min=10 is more than max=9'],
    ['limit=0', 'Cannot filter by limit="0": give how many cities, 1 or more, as in limit=10'],
    [
      'order=size',
      'Cannot filter by order="size": give one of id, name, country, population, with - in front for the greatest first',
    ],
    [
      'order=-',
      'Cannot filter by order="-": give one of id, name, country, population, with - in front for the greatest first',
    ],
    [
      `name=${'x'.repeat(101)}`,
      'Cannot filter by name="xxxxxxxxxxxxxxxxxxxx...": give 100 characters or fewer',
    ],
    ['country=FR&country=DE', 'Cannot filter by country="FR, DE": give it once'],
  ])('refuses %s with its reason and status 400', (query, message) => {
    expect(() => parse(query)).toThrow(expect.objectContaining({ status: 400, message }))
    expect(() => parse(query)).toThrow(HttpError)
  })
})
