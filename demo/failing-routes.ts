import { csv } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { cityColumns } from './cities/city.ts'
import type { CityStore } from './cities/city-store.ts'
import { broken } from './replies/broken.ts'
import { brokenRecords, parseTelling } from './replies/broken-records.ts'

export interface FailingParts {
  readonly cities: CityStore
  /** Waits between two pieces; each reply as long as suits it, unless told. */
  readonly pause?: () => Promise<unknown>
}

const largest = { order: { column: 'population', isDescending: true }, limit: 8 } as const

/** The replies that fail half way: one that is only cut, and one that tells of it before. */
export function failingRoutes({ cities, ...options }: FailingParts): Routes {
  return {
    '/broken': { GET: () => csv(broken(cities.rows({}), options), { columns: cityColumns }) },
    '/broken.ndjson': {
      GET: ({ query }) =>
        brokenRecords(cities.records(largest), { ...options, telling: parseTelling(query) }),
    },
  }
}
