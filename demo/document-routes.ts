import { HttpError, json, multipart, reply, tar, zip } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { parseCityFilters } from './cities/city-filters.ts'
import type { CityStore } from './cities/city-store.ts'
import type { Night } from './pictures/night.ts'
import { cityDocument } from './replies/city-document.ts'
import { cityFiles } from './replies/city-files.ts'
import { countryParts } from './replies/country-parts.ts'
import { lateDocument } from './replies/late-document.ts'

export interface DocumentParts {
  readonly cities: CityStore
  readonly night: Night
  /** Waits between two pieces; each reply as long as suits it, unless told. */
  readonly pause?: () => Promise<unknown>
}

const order = { column: 'country', isDescending: false } as const
const largest = { column: 'population', isDescending: true } as const

/** The replies of several parts: moving pictures, archives, documents. */
export function documentRoutes({ cities, night, ...options }: DocumentParts): Routes {
  return {
    '/night': {
      GET: ({ signal }) => multipart(night.pictures(signal), { subtype: 'x-mixed-replace' }),
    },
    '/night.png': {
      GET: () => {
        const headers = { 'content-type': 'image/png', 'cache-control': 'no-store' }
        return reply(night.picture(), { headers })
      },
    },
    '/night.tar': {
      GET: () => tar(night.hours(options.pause), { filename: 'night.tar' }),
    },
    '/country': {
      GET: ({ query }) => {
        const { country } = parseCityFilters(query)
        if (!country)
          throw new HttpError(400, 'Cannot show every country at once: give one, as in country=FR')
        return multipart(countryParts(cities.records({ country, order: largest }), options))
      },
    },
    '/cities.zip': {
      GET: () => zip(cityFiles(cities.records({ order })), { filename: 'cities.zip' }),
    },
    '/cities.json': {
      GET: () => json(cityDocument(cities.records({ order }))),
    },
    '/late.json': {
      GET: () => {
        const found = cities.records({ order: largest, limit: 5 })
        return json(lateDocument(found, options), { indent: 2 })
      },
    },
  }
}
