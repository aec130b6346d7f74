import { setTimeout } from 'node:timers/promises'
import { HttpError, ndjson, type Reply } from 'millrace'
import type { NdjsonInit } from 'millrace/formats'
import type { CityRecord } from '../cities/city-store.ts'

export interface BrokenRecordsOptions {
  /** What the client is told of the failure; that it has failed, unless told. */
  readonly telling?: Telling
  /** Waits for the next city; 150 ms by default, so that a person sees each of them come. */
  readonly pause?: () => PromiseLike<unknown>
}

/** What a client can be told of a failure. */
export type Telling = NonNullable<NdjsonInit['onError']>

const tellings: ReadonlyMap<string, Telling> = new Map<string, Telling>([
  ['that', 'hide'],
  ['why', 'show'],
  ['own', () => ({ error: 'Gone for lunch', retryAfter: 1_800 })],
  ['nothing', () => undefined],
])

/** Cities as records, one by one, whose source fails after the last of them. */
export function brokenRecords(
  found: Iterable<readonly CityRecord[]>,
  { telling = 'hide', pause = () => setTimeout(150) }: BrokenRecordsOptions = {},
): Reply {
  return ndjson(failing(found, pause), { onError: telling })
}

async function* failing(found: Iterable<readonly CityRecord[]>, pause: () => PromiseLike<unknown>) {
  let count = 0
  for (const batch of found) {
    for (const { name, country, population } of batch) {
      yield { name, country, population }
      count++
      await pause()
    }
  }
  throw new Error(`Cannot read city ${count + 1}: the database has gone away, on purpose`)
}

/**
 * What a query wants to be told, in `tell`.
 * @throws HttpError 400 that names what there is.
 */
export function parseTelling(query: URLSearchParams): Telling {
  const name = query.get('tell') ?? 'that'
  const telling = tellings.get(name)
  if (telling !== undefined) return telling
  const names = [...tellings.keys()].join(', ')
  throw new HttpError(400, `Cannot tell ${JSON.stringify(name)}: give one of ${names}, or leave it out`)
}
