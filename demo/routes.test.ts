import { get } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { serve } from 'millrace'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CityStore } from './cities/city-store.ts'
import { fillCities } from './cities/fill-cities.ts'
import { cityPlaces } from './cities/city-places.ts'
import { readCities } from './cities/read-cities.ts'
import { Night } from './pictures/night.ts'
import { Board } from './replies/board.ts'
import { Clock } from './replies/clock.ts'
import { createRoutes } from './routes.ts'
import { sampleCities } from './support/sample-cities.ts'
import { TemporaryFolder } from './support/temporary-folder.ts'

const header = 'id,name,country,admin,population,latitude,longitude,feature'

async function openDemo(rows: ReturnType<typeof sampleCities>) {
  const folder = new TemporaryFolder()
  await fillCities(folder.file('cities.sqlite'), rows)
  const cities = new CityStore(new DatabaseSync(folder.file('cities.sqlite'), { readOnly: true }))
  const stopping = new AbortController()
  const clock = new Clock({ stopping: stopping.signal, every: 5 })
  const board = new Board({ stopping: stopping.signal })
  const night = new Night({ stopping: stopping.signal, every: 5, places: () => cityPlaces(cities) })
  const reports: unknown[] = []
  const server = await serve({
    routes: createRoutes({ cities, clock, board, night }),
    report: (error) => reports.push(error),
  })
  const close = async () => {
    stopping.abort()
    await server.close({ grace: 0 })
    cities.close()
    folder[Symbol.dispose]()
  }
  return { cities, clock, reports, url: server.url, close }
}

describe('createRoutes', () => {
  let demo: Awaited<ReturnType<typeof openDemo>>

  beforeAll(async () => {
    demo = await openDemo(sampleCities(2_500))
  })

  afterAll(() => demo.close())

  it('sends the index page and its files, and 404 for the rest', async () => {
    const index = await fetch(`${demo.url}/`)
    expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = await index.text()
    const links = [...html.matchAll(/(?:href|src)="(\/pages\/[^"]+)"/g)].map(([, link]) => link)
    expect(links.length).toBeGreaterThan(2)
    for (const link of links) expect((await fetch(demo.url + link)).status).toBe(200)
    for (const path of ['/none', '/pages/none.css', '/pages/..%2fmain.ts']) {
      expect((await fetch(demo.url + path)).status).toBe(404)
    }
  })

  it('links to the inspector, which is there', async () => {
    const html = await (await fetch(`${demo.url}/`)).text()
    expect(html).toContain('href="/inspector/"')
    const page = await fetch(`${demo.url}/inspector/`)
    expect(page.status).toBe(200)
    expect(await page.text()).toMatch(/<title>millrace inspector<\/title>/)
  })

  it('sends every city as CSV with its titles, CRLF and quotes', async () => {
    const text = await (await fetch(`${demo.url}/cities.csv`)).text()
    expect(text.startsWith(`${header}\r\n11,Paris,FR,11,2138551,48.85341,2.3488,PPLC\r\n`)).toBe(true)
    expect(text).toContain('\r\n31,"Xeraco,Jaraco",ES,60,5933,39.03,-0.21,PPL\r\n')
    expect(parse(text)).toHaveLength(2_501)
    expect(demo.cities.openCursors).toBe(0)
  })

  it('sends a table as often as it is asked to, with its titles once', async () => {
    const text = await (await fetch(`${demo.url}/cities.csv?country=FR&times=3`)).text()
    expect(parse(text)).toHaveLength(1 + 3 * 3)
    expect(text.match(/^id,/gm)).toHaveLength(1)
  })

  it('sends cities as NDJSON with the filters kept', async () => {
    const reply = await fetch(`${demo.url}/cities.ndjson?country=FR&min=100000&order=population`)
    expect(reply.headers.get('content-type')).toBe('application/x-ndjson')
    const records = (await reply.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records.map(({ name }) => name)).toEqual(['Lyon', 'Paris'])
    expect(Object.keys(records[0]).join()).toBe(header)
  })

  it.each(['/cities.csv', '/cities.ndjson', '/cities'])(
    'answers a bad filter of %s with its reason',
    async (path) => {
      const reply = await fetch(`${demo.url}${path}?min=many`)
      expect(reply.status).toBe(400)
      expect(await reply.text()).toContain('Cannot filter by min="many": give a number of people')
    },
  )

  it.each(['csv', 'ndjson'])('names the file for download=1 of %s', async (type) => {
    const reply = await fetch(`${demo.url}/cities.${type}?limit=1&download=1`)
    expect(reply.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="?cities\\.${type}"?$`),
    )
    await reply.text()
    expect((await fetch(`${demo.url}/cities.${type}?download=yes`)).status).toBe(400)
    const plain = await fetch(`${demo.url}/cities.${type}?limit=1`)
    expect(plain.headers.get('content-disposition')).toBeNull()
    await plain.text()
  })

  it('streams the page of cities, grouped by country, the largest first', async () => {
    const html = await (await fetch(`${demo.url}/cities?max=3000000`)).text()
    expect(html.match(/<h2>.*?<\/h2>/g)).toEqual(['<h2>Germany</h2>', '<h2>Spain</h2>', '<h2>France</h2>'])
    expect(html).toMatch(/Paris[^]*Lyon[^]*Èze/)
    expect(html).toContain('2,499 cities. That was all.')
  })

  it('G4: cuts /broken after a thousand rows, and tells nobody but the operator why', async () => {
    const { text, error } = await readRaw(`${demo.url}/broken`)
    expect(text.split('\r\n')).toHaveLength(1_002)
    expect(text).not.toContain('Cannot read row')
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(demo.reports.map(String)).toEqual(['Error: Cannot read row 1001: this source fails on purpose'])
    expect(demo.cities.openCursors).toBe(0)
  })

  it('G4: says in a last record of /broken.ndjson that it has failed, before it is cut', async () => {
    const { text, error } = await readRaw(`${demo.url}/broken.ndjson?tell=why`)
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(9)
    expect(JSON.parse(lines[0] ?? '')).toEqual({ name: 'São Paulo', country: 'BR', population: 10_021_295 })
    expect(JSON.parse(lines[8] ?? '')).toEqual({ error: expect.stringContaining('Cannot read city 9') })
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect((await fetch(`${demo.url}/broken.ndjson?tell=all`)).status).toBe(400)
    expect(demo.cities.openCursors).toBe(0)
  })

  it('G7: answers HEAD without opening a cursor', async () => {
    const reply = await fetch(`${demo.url}/cities.csv`, { method: 'HEAD' })
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(demo.cities.openCursors).toBe(0)
  })

  it('G10: stops the clock of a client that leaves', async () => {
    const controller = new AbortController()
    const reply = await fetch(`${demo.url}/clock`, { signal: controller.signal })
    const reader = reply.body?.getReader()
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toContain('tick 0  1 client is watching')
    controller.abort()
    await expect.poll(() => demo.clock.watching).toBe(0)
  })

  it('shows what is painted on the board to everybody, and to whoever comes back', async () => {
    const painted = await fetch(`${demo.url}/board?x=3&y=4&hue=20`, { method: 'POST' })
    expect(painted.status).toBe(204)
    const refused = await fetch(`${demo.url}/board?x=99&y=4&hue=20`, { method: 'POST' })
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('Cannot paint x="99"'),
    ])
    const first = await readUntil(`${demo.url}/board`, '"x":3,"y":4,"hue":20')
    const id = /^id: (.*-0)$/m.exec(first)?.[1] ?? ''
    await readUntil(`${demo.url}/board?after=${id}`, '"x":3,"y":4,"hue":20')
    await readUntil(`${demo.url}/board?after=gone`, 'event: reset\n')
  })

  it('compresses records one by one, in what the query offers', async () => {
    const headers = { 'accept-encoding': 'gzip, br, zstd' }
    const { status, headers: fields, body } = await fetch(`${demo.url}/compressed?encoding=br`, { headers })
    expect([status, fields.get('content-encoding')]).toEqual([200, 'br'])
    await body?.cancel()
    await expect.poll(() => demo.cities.openCursors).toBe(0)
  })

  it('tells how the server is', async () => {
    const facts = await (await fetch(`${demo.url}/vitals`)).json()
    expect(facts).toEqual({ memory: expect.any(Number), cursors: 0, clocks: 0, nights: 0, cities: 2_500 })
  })
})

it('createRoutes sends all cities of the world as 135,234 lines', async () => {
  const demo = await openDemo(readCities())
  const reply = await fetch(`${demo.url}/cities.csv`)
  let lines = 0
  for await (const bytes of reply.body ?? []) for (const byte of bytes) if (byte === 10) lines++
  expect(lines).toBe(135_234)
  await demo.close()
})

/** Reads events until this text has come, and leaves. */
async function readUntil(url: string, end: string): Promise<string> {
  let text = ''
  const reply = await fetch(url)
  for await (const bytes of reply.body ?? []) {
    text += Buffer.from(bytes).toString()
    if (text.includes(end)) return text
  }
  throw new Error(`The events have ended before ${end}: ${text}`)
}

/** Reads a reply up to its end or its failure. */
function readRaw(url: string): Promise<{ text: string; error: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ text: string; error: unknown }>()
  get(url, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (part: string) => (text += part))
    response.on('end', () => resolve({ text, error: undefined }))
    response.on('error', (error) => resolve({ text, error }))
  }).on('error', reject)
  return promise
}
