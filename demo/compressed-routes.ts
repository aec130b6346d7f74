import { HttpError, ndjson } from 'millrace'
import type { Middleware, Routes } from 'millrace/gateway'
import { compress } from 'millrace/middleware'
import type { CityStore } from './cities/city-store.ts'
import { trickle, type TrickleOptions } from './replies/trickle.ts'

export interface CompressedParts extends TrickleOptions {
  readonly cities: CityStore
}

const largest = { order: { column: 'population', isDescending: true }, limit: 60 } as const

// A script in a browser cannot say which encodings it takes, so the query says which of them are offered.
const offers: ReadonlyMap<string, Middleware> = new Map([
  ['', compress()],
  ['identity', compress({ encodings: [] })],
  ['gzip', compress({ encodings: ['gzip'] })],
  ['br', compress({ encodings: ['br'] })],
  ['zstd', compress({ encodings: ['zstd'] })],
])

/** The largest cities one by one, compressed as the query says, in `encoding`; as suits the client best without. */
export function compressedRoutes({ cities, ...options }: CompressedParts): Routes {
  return {
    '/compressed': {
      GET: (context) => {
        const offer = findOffer(context.query)
        return offer(() => ndjson(trickle(cities.records(largest), options)))(context)
      },
    },
  }
}

/** @throws HttpError 400 that names the encodings. */
function findOffer(query: URLSearchParams): Middleware {
  const name = query.get('encoding') ?? ''
  const offer = offers.get(name)
  if (offer) return offer
  const names = [...offers.keys()].filter(Boolean).join(', ')
  throw new HttpError(
    400,
    `Cannot compress with encoding=${JSON.stringify(name)}: give one of ${names}, or leave it out`,
  )
}
