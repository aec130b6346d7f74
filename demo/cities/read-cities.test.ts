import { expect, it } from 'vitest'
import { readCities } from './read-cities.ts'

it('readCities gives every city of the package with the fields of its columns', () => {
  const cities = readCities()
  expect(cities).toHaveLength(135_233)
  expect(cities.find(({ name, country }) => name === 'Paris' && country === 'FR')).toEqual({
    id: 2_988_507,
    name: 'Paris',
    country: 'FR',
    admin: '11',
    population: 2_138_551,
    latitude: 48.85341,
    longitude: 2.3488,
    feature: 'PPLC',
  })
})
