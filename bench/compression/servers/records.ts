// What every server of bench/compression.ts sends: the same records, made in the same way.
import { setTimeout as wait } from 'node:timers/promises'
import { readCities } from '../../peers/cities.ts'
import type { City } from '../../servers/sources.ts'

/** So many that a reply is some megabytes. */
const COUNT = 20_000
const BATCH = 500

/** Blocks of the slow stream, and the time between two, in milliseconds. */
const SLOW = { count: 10, gap: 100 } as const

export const cities = readCities().slice(0, COUNT)
export const batches = Array.from({ length: COUNT / BATCH }, (_, index) =>
  cities.slice(index * BATCH, (index + 1) * BATCH),
)

/** Each record as a line of NDJSON. */
export function* lines(): Generator<string> {
  for (const city of cities) yield toLine(city)
}

/** The lines of 500 records as one text. */
export function* batchesOfLines(): Generator<string> {
  for (const batch of batches) yield batch.map(toLine).join('')
}

/** Each record as a line of CSV, with a line of titles. */
export function* csvLines(): Generator<string> {
  yield `${Object.keys(cities[0] ?? {}).join(',')}\r\n`
  for (const city of cities) yield `${Object.values(city).map(toField).join(',')}\r\n`
}

/** A record every 100 ms that tells when it was made, in nanoseconds of the clock that all processes share. */
export async function* slowRecords(): AsyncGenerator<object> {
  for (let index = 0; index < SLOW.count; index++) {
    if (index > 0) await wait(SLOW.gap)
    yield { at: String(process.hrtime.bigint()), text: 'a record that somebody waits for' }
  }
}

export async function* slowLines(): AsyncGenerator<string> {
  for await (const record of slowRecords()) yield toLine(record)
}

/** Tells the load that the server listens. */
export function tell(port: number): void {
  process.send?.({ port })
}

function toLine(record: City | object): string {
  return `${JSON.stringify(record)}\n`
}

function toField(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
