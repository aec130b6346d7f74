import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCityFilters } from './city-filters.ts'
import { CityStore } from './city-store.ts'
import { fillCities } from './fill-cities.ts'
import { sampleCities } from '../support/sample-cities.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'

describe('CityStore', () => {
  const folder = new TemporaryFolder()
  let store: CityStore

  beforeAll(async () => {
    await fillCities(folder.file('cities.sqlite'), sampleCities(1_000))
    store = new CityStore(new DatabaseSync(folder.file('cities.sqlite'), { readOnly: true }))
  })

  afterAll(() => {
    store.close()
    folder[Symbol.dispose]()
  })

  function names(query: string): unknown[] {
    const filters = parseCityFilters(new URLSearchParams(query))
    return [...store.records(filters)].flat().map(({ name }) => name)
  }

  it('gives rows in batches of 100, in the order of the columns', () => {
    const batches = [...store.rows({})]
    expect(batches.map((batch) => batch.length)).toEqual(Array.from({ length: 10 }, () => 100))
    expect(batches[0]?.[0]).toEqual([11, 'Paris', 'FR', '11', 2_138_551, 48.85341, 2.3488, 'PPLC'])
  })

  it.each([
    ['country=fr', ['Paris', 'Lyon', 'Èze']],
    ['min=472317', ['Paris', 'Lyon', 'São Paulo']],
    ['min=2932&max=5933', ['Èze', 'Xeraco,Jaraco']],
    ['name=sao', ['São Paulo']],
    ['name=%25', []],
    ['country=FR&order=population', ['Èze', 'Lyon', 'Paris']],
    ['order=-population&limit=2', ['São Paulo', 'Paris']],
    ['max=500000&min=1001&order=name', ['Èze', 'Lyon', 'Xeraco,Jaraco']],
    ['country=XX', []],
  ])('keeps the filters %s', (query, expected) => {
    expect(names(query)).toEqual(expected)
  })

  it('lets readers be half way at the same time, and counts those that are', () => {
    const first = store.rows({})
    const second = store.rows({ country: 'DE' })
    first.next()
    second.next()
    expect(store.openCursors).toBe(2)
    expect([...first].flat()).toHaveLength(900)
    expect([...second].flat()).toHaveLength(895)
    expect(store.openCursors).toBe(0)
  })

  it('closes its statement when a reader leaves early', () => {
    for (const _ of store.rows({})) break
    expect(store.openCursors).toBe(0)
  })
})
