import { csv } from 'millrace'
import type { ArchiveEntry } from 'millrace/formats'
import { byCountry } from '../cities/by-country.ts'
import { cityColumns } from '../cities/city.ts'
import type { CityRecord } from '../cities/city-store.ts'
import { toRegionName } from './to-region-name.ts'

const readMe = `The cities of the world, a file for each country. Every file was made while it was sent.

Cities from GeoNames (https://www.geonames.org/), CC BY 4.0.
`

/** The files of an archive of all cities, each made of one reply after the other, out of one reader. */
export function* cityFiles(found: Iterable<readonly CityRecord[]>): Generator<ArchiveEntry, void, undefined> {
  yield { name: 'read me.txt', body: readMe }
  yield { name: 'cities/' }
  for (const { code, rows } of byCountry(found, ({ country }) => String(country))) {
    const name = toRegionName(code).replaceAll(/[/\\]/g, '-')
    yield { name: `cities/${code} ${name}.csv`, body: csv(rows, { columns: cityColumns }) }
  }
}
