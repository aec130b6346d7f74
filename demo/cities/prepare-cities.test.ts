import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sampleCities } from '../support/sample-cities.ts'
import { TemporaryFolder } from '../support/temporary-folder.ts'
import { prepareCities } from './prepare-cities.ts'

function createOptions() {
  const written: string[] = []
  let reads = 0
  const read = () => {
    reads++
    return sampleCities()
  }
  const out = { write: (text: string) => written.push(text) }
  return { signal: new AbortController().signal, read, out, written, reads: () => reads }
}

it('prepareCities fills the file once and opens it from then on', async () => {
  using folder = new TemporaryFolder()
  const options = createOptions()
  for (let start = 0; start < 2; start++) {
    const store = await prepareCities(folder.file('cities.sqlite'), options)
    expect(store.count).toBe(5)
    store.close()
  }
  expect(options.reads()).toBe(1)
  expect(options.written).toEqual(['Storing the cities: 5 of 5\n'])
})

it('prepareCities fills a damaged file again and says why', async () => {
  using folder = new TemporaryFolder()
  const options = createOptions()
  writeFileSync(folder.file('cities.sqlite'), 'half of a file')
  const store = await prepareCities(folder.file('cities.sqlite'), options)
  expect(store.count).toBe(5)
  store.close()
  expect(options.written[0]).toBe('The database of cities is filled again: file is not a database\n')
})
