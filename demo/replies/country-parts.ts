import { setTimeout } from 'node:timers/promises'
import { csv, HttpError, json } from 'millrace'
import type { Part } from 'millrace/formats'
import type { CityRecord } from '../cities/city-store.ts'
import { countryMap } from '../pictures/country-map.ts'
import { toRegionName } from './to-region-name.ts'

export interface CountryPartsOptions {
  /** Waits for the next part; 700 ms by default, so that a person sees each of them come. */
  readonly pause?: () => PromiseLike<unknown>
}

/** How many cities the table has. */
const most = 8

/**
 * A country in three parts, out of one reader whose first city is the largest: what is to be said of it, its map, and a
 * table of its largest cities.
 * @throws HttpError 404 from the first part where there is no city.
 */
export async function* countryParts(
  found: Iterable<readonly CityRecord[]>,
  { pause = () => setTimeout(700) }: CountryPartsOptions = {},
): AsyncGenerator<Part | Response, void, undefined> {
  const cities = [...found].flat()
  const [largest] = cities
  if (!largest)
    throw new HttpError(404, 'Cannot find a city of that country: give another one, as in country=FR')
  const people = cities.reduce((sum, { population }) => sum + Number(population), 0)
  const code = String(largest['country'])
  yield json({ country: toRegionName(code), cities: cities.length, people })
  await pause()
  yield { type: 'image/svg+xml', body: countryMap(cities) }
  await pause()
  const rows = cities.slice(0, most).map(({ name, population }) => [name, population])
  yield csv(rows, { columns: ['name', 'population'], filename: `${code}.csv` })
}
