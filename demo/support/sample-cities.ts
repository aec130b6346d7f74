import type { City } from '../cities/city.ts'

const known: readonly City[] = [
  {
    id: 11,
    name: 'Paris',
    country: 'FR',
    admin: '11',
    population: 2_138_551,
    latitude: 48.85341,
    longitude: 2.3488,
    feature: 'PPLC',
  },
  {
    id: 12,
    name: 'Lyon',
    country: 'FR',
    admin: '84',
    population: 472_317,
    latitude: 45.74846,
    longitude: 4.84671,
    feature: 'PPLA',
  },
  {
    id: 13,
    name: 'Èze',
    country: 'FR',
    admin: '93',
    population: 2_932,
    latitude: 43.72,
    longitude: 7.36,
    feature: 'PPL',
  },
  {
    id: 21,
    name: 'São Paulo',
    country: 'BR',
    admin: '27',
    population: 10_021_295,
    latitude: -23.5475,
    longitude: -46.63611,
    feature: 'PPLA',
  },
  {
    id: 31,
    name: 'Xeraco,Jaraco',
    country: 'ES',
    admin: '60',
    population: 5_933,
    latitude: 39.03,
    longitude: -0.21,
    feature: 'PPL',
  },
]

/** A few real cities for tests, and as many made up ones as are needed to reach a count. */
export function sampleCities(count = known.length): City[] {
  const more = Array.from({ length: Math.max(0, count - known.length) }, (_, index) => toCity(index))
  return [...known, ...more].slice(0, count)
}

function toCity(index: number): City {
  const place = { latitude: 50 + (index % 100) / 100, longitude: 8, feature: 'PPL' }
  return {
    id: 1_000 + index,
    name: `Stadt ${index}`,
    country: 'DE',
    admin: '05',
    population: 1_000,
    ...place,
  }
}
