import { csv, ndjson, reply, sse, stream } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { inspector } from 'millrace/inspector'
import { cityColumns } from './cities/city.ts'
import { parseCityFilters } from './cities/city-filters.ts'
import type { CityStore } from './cities/city-store.ts'
import { compressedRoutes } from './compressed-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { failingRoutes } from './failing-routes.ts'
import type { Night } from './pictures/night.ts'
import { type Board, parseTile } from './replies/board.ts'
import { citiesPage, cutNotice } from './replies/cities-page.ts'
import type { Clock } from './replies/clock.ts'
import { pageFile } from './replies/page-file.ts'
import { repeatBatches } from './replies/repeat-batches.ts'
import { slow } from './replies/slow.ts'
import { parseTableOptions, tableOptionNames } from './replies/table-options.ts'

export interface DemoParts {
  readonly cities: CityStore
  readonly clock: Clock
  readonly board: Board
  readonly night: Night
  /** Waits between two pieces of what is slow on purpose; each reply as long as suits it, unless told. */
  readonly pause?: () => Promise<unknown>
}

// A browser holds text back to guess its type, unless it is told not to.
const text = { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } }

const page = {
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'self'",
  },
}

/** Every reply of the demo, by path. */
export function createRoutes({ cities, clock, board, night, ...options }: DemoParts): Routes {
  return {
    '/': { GET: () => pageFile('index.html') },
    '/pages/:name': { GET: ({ params }) => pageFile(params['name'] ?? '') },

    '/cities.csv': {
      GET: ({ query }) => {
        const filters = parseCityFilters(query, tableOptionNames)
        const { times, isDownload } = parseTableOptions(query)
        const rows = repeatBatches(times, () => cities.rows(filters))
        return csv(rows, { columns: cityColumns, ...(isDownload && { filename: 'cities.csv' }) })
      },
    },
    '/cities.ndjson': {
      GET: ({ query }) => {
        const filters = parseCityFilters(query, tableOptionNames)
        const { times, isDownload } = parseTableOptions(query)
        const records = repeatBatches(times, () => cities.records(filters))
        return ndjson(records, { batches: true, ...(isDownload && { filename: 'cities.ndjson' }) })
      },
    },
    '/cities': {
      GET: ({ query }) => {
        const filters = parseCityFilters(query)
        const { order = { column: 'country', isDescending: false } } = filters
        const found = cities.records({ ...filters, order })
        return stream(citiesPage(found, { query, filters }), { ...page, onError: () => cutNotice })
      },
    },

    ...documentRoutes({ cities, night, ...options }),
    ...compressedRoutes({ cities, ...options }),
    ...failingRoutes({ cities, ...options }),

    '/slow': { GET: () => stream(() => slow(), text) },
    '/held': { GET: () => reply(() => slow(), text) },
    ...liveRoutes({ clock, board }),

    // For this machine alone: whoever sees the demo from elsewhere is refused.
    '/inspector/**': inspector(),
    '/vitals': { GET: () => vitals({ cities, clock, night }) },
  }
}

function vitals({ cities, clock, night }: Omit<DemoParts, 'board'>): Response {
  const facts = {
    memory: process.memoryUsage().rss,
    cursors: cities.openCursors,
    clocks: clock.watching,
    nights: night.watching,
    cities: cities.count,
  }
  return reply(JSON.stringify(facts), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  })
}

function liveRoutes({ clock, board }: Pick<DemoParts, 'clock' | 'board'>): Routes {
  return {
    '/clock': { GET: ({ signal }) => sse(clock.ticks(signal)) },
    '/board': {
      // A page that comes back by itself says so in a header; one that was left says it in the query.
      GET: ({ lastEventId, query }) =>
        board.open({ lastEventId: lastEventId ?? query.get('after') ?? undefined }),
      POST: ({ query }) => {
        board.paint(parseTile(query))
        return reply(null, { status: 204 })
      },
    },
  }
}
