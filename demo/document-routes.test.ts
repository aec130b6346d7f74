import { DatabaseSync } from 'node:sqlite'
import { serve } from 'millrace'
import { unzipSync } from 'fflate'
import { unpackTar } from 'modern-tar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cityPlaces } from './cities/city-places.ts'
import { CityStore } from './cities/city-store.ts'
import { fillCities } from './cities/fill-cities.ts'
import { documentRoutes } from './document-routes.ts'
import { Night } from './pictures/night.ts'
import { sampleCities } from './support/sample-cities.ts'
import { TemporaryFolder } from './support/temporary-folder.ts'

async function openDemo() {
  const folder = new TemporaryFolder()
  await fillCities(folder.file('cities.sqlite'), sampleCities(500))
  const cities = new CityStore(new DatabaseSync(folder.file('cities.sqlite'), { readOnly: true }))
  const stopping = new AbortController()
  const night = new Night({ stopping: stopping.signal, every: 1, places: () => cityPlaces(cities) })
  const server = await serve({ routes: documentRoutes({ cities, night, pause: async () => undefined }) })
  const close = async () => {
    await server.close({ grace: 0 })
    cities.close()
    folder[Symbol.dispose]()
  }
  return { cities, night, url: server.url, close }
}

describe('documentRoutes', () => {
  let demo: Awaited<ReturnType<typeof openDemo>>

  beforeAll(async () => {
    demo = await openDemo()
  })

  afterAll(() => demo.close())

  it('sends a file for each country in an archive, out of one cursor', async () => {
    const reply = await fetch(`${demo.url}/cities.zip`)
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename=cities.zip')
    const files = unzipSync(new Uint8Array(await reply.arrayBuffer()))
    expect(Object.keys(files)).toEqual([
      'read me.txt',
      'cities/',
      'cities/BR Brazil.csv',
      'cities/DE Germany.csv',
      'cities/ES Spain.csv',
      'cities/FR France.csv',
    ])
    const france = Buffer.from(files['cities/FR France.csv'] ?? []).toString()
    expect(france.split('\r\n')).toHaveLength(1 + 3 + 1)
    expect(france).toContain('Èze')
    expect(demo.cities.openCursors).toBe(0)
  })

  it('sends a day in pictures on a tape', async () => {
    const reply = await fetch(`${demo.url}/night.tar`)
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename=night.tar')
    const files = await unpackTar(await reply.arrayBuffer(), { strict: true })
    expect(files).toHaveLength(24)
    expect(files[6]?.header.name).toBe('night/06.00.png')
    for (const { data } of files) expect(Buffer.from(data ?? []).toString('latin1', 1, 4)).toBe('PNG')
  })

  it('sends a country in three parts, and refuses what is none', async () => {
    const reply = await fetch(`${demo.url}/country?country=FR`)
    expect(reply.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=/)
    const text = await reply.text()
    expect(text.match(/(?<=^content-type: )[^;\r]+/gim)).toEqual([
      'application/json',
      'image/svg+xml',
      'text/csv',
    ])
    expect(text).toContain('{"country":"France","cities":3,"people":2613800}')
    expect(text).toContain('\r\nParis,2138551\r\nLyon,472317\r\nÈze,2932\r\n')
    expect((await fetch(`${demo.url}/country?country=XX`)).status).toBe(404)
    expect((await fetch(`${demo.url}/country`)).status).toBe(400)
    expect(demo.cities.openCursors).toBe(0)
  })

  it('sends all cities as one document, country by country', async () => {
    const { countries } = JSON.parse(await (await fetch(`${demo.url}/cities.json`)).text())
    const counts = countries.map((one: { name: string; cities: [] }) => [one.name, one.cities.length])
    expect(counts).toEqual([
      ['Brazil', 1],
      ['Germany', 495],
      ['Spain', 1],
      ['France', 3],
    ])
    expect(countries[3].cities[0]).toEqual(expect.objectContaining({ name: 'Paris', population: 2_138_551 }))
    expect(demo.cities.openCursors).toBe(0)
  })

  it('pushes pictures until the client leaves', async () => {
    const leaving = new AbortController()
    const reply = await fetch(`${demo.url}/night`, { signal: leaving.signal })
    expect(reply.headers.get('content-type')).toMatch(/^multipart\/x-mixed-replace; boundary=/)
    let text = ''
    for await (const bytes of reply.body ?? []) {
      text += Buffer.from(bytes).toString('latin1')
      if (text.split('\x89PNG').length > 3) break
    }
    expect(text).toContain('Content-Type: image/png\r\n\r\n\x89PNG\r\n')
    leaving.abort()
    await expect.poll(() => demo.night.watching).toBe(0)
  })

  it('sends a picture by itself', async () => {
    const reply = await fetch(`${demo.url}/night.png`)
    expect(reply.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await reply.arrayBuffer()).toString('latin1', 1, 4)).toBe('PNG')
  })

  it('G10: closes the cursor of an archive that nobody reads to its end', async () => {
    const leaving = new AbortController()
    const reply = await fetch(`${demo.url}/late.json`, { signal: leaving.signal })
    const first = await reply.body?.getReader().read()
    expect(Buffer.from(first?.value ?? []).toString()).toContain('"first": "there at once"')
    leaving.abort()
    await expect.poll(() => demo.cities.openCursors).toBe(0)
  })
})
