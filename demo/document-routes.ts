import { json, multipart, reply, zip } from 'millrace'
import type { Routes } from 'millrace/gateway'
import type { CityStore } from './cities/city-store.ts'
import type { Night } from './pictures/night.ts'
import { cityDocument } from './replies/city-document.ts'
import { cityFiles } from './replies/city-files.ts'
import { lateDocument } from './replies/late-document.ts'

export interface DocumentParts {
  readonly cities: CityStore
  readonly night: Night
}

const order = { column: 'country', isDescending: false } as const

/** The replies of several parts: moving pictures, archives, documents. */
export function documentRoutes({ cities, night }: DocumentParts): Routes {
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
    '/cities.zip': {
      GET: () => zip(cityFiles(cities.records({ order })), { filename: 'cities.zip' }),
    },
    '/cities.json': {
      GET: () => json(cityDocument(cities.records({ order }))),
    },
    '/late.json': {
      GET: () => {
        const largest = { column: 'population', isDescending: true } as const
        return json(lateDocument(cities.records({ order: largest, limit: 5 })), { indent: 2 })
      },
    },
  }
}
