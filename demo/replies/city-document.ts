import { byCountry } from '../cities/by-country.ts'
import type { CityRecord } from '../cities/city-store.ts'
import { toRegionName } from './to-region-name.ts'

/** A document of all cities: a list of countries, each with a list of its cities, out of one reader. */
export function cityDocument(found: Iterable<readonly CityRecord[]>): object {
  return { source: 'GeoNames, CC BY 4.0', made: new Date(), countries: countries(found) }
}

function* countries(found: Iterable<readonly CityRecord[]>) {
  for (const { code, rows } of byCountry(found, ({ country }) => String(country))) {
    yield { code, name: toRegionName(code), cities: withoutCountry(rows) }
  }
}

function* withoutCountry(rows: Iterable<CityRecord>) {
  for (const { country: _, ...city } of rows) yield city
}
