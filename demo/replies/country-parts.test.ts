import { multipart } from 'millrace'
import { expect, it } from 'vitest'
import { countryParts } from './country-parts.ts'

const cities = [
  [
    { name: 'Paris', country: 'FR', population: 2_138_551, latitude: 48.8, longitude: 2.3 },
    { name: 'Lyon', country: 'FR', population: 472_317, latitude: 45.7, longitude: 4.8 },
  ],
  [{ name: 'Èze', country: 'FR', population: 2_932, latitude: 43.7, longitude: 7.4 }],
]

it('countryParts gives what is to be said, the map and the table, with a pause after the first two', async () => {
  let pauses = 0
  const parts = countryParts(cities, { pause: async () => pauses++ })
  const text = await multipart(parts).text()
  const [, facts, map, table, end] = text.split(/\r?\n?--\S+\r\n|\r\n--\S+--\r\n/)
  expect(facts).toContain('{"country":"France","cities":3,"people":2613800}')
  expect(facts).toContain('Content-Type: application/json')
  expect(map).toMatch(/^Content-Type: image\/svg\+xml\r\n\r\n<svg /)
  expect(table).toContain('filename=FR.csv')
  expect(table).toMatch(/\r\n\r\nname,population\r\nParis,2138551\r\nLyon,472317\r\nÈze,2932\r\n$/)
  expect([pauses, end]).toEqual([2, ''])
})

it('countryParts has eight cities at most in its table', async () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ ...cities[0]?.[0], name: `Ville ${index}` }))
  const text = await multipart(countryParts([many], { pause: async () => undefined })).text()
  expect(text).toContain('Ville 7')
  expect(text).not.toContain('Ville 8')
})

it('countryParts refuses a country without a city before anything is sent', async () => {
  await expect(countryParts([]).next()).rejects.toMatchObject({ status: 404 })
})
