import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { greeting } from './greeting.ts'

it('greeting tells where the server is and gives lines that a shell takes as they are', () => {
  const text = stripVTControlCharacters(greeting({ url: 'http://localhost:3000', count: 135_233 }))
  expect(text).toContain('sends 135,233 cities')
  expect(text).toMatch(/^ {2}http:\/\/localhost:3000$/m)
  expect(text).toContain('curl -N http://localhost:3000/slow ')
  expect(text).toContain("curl 'http://localhost:3000/cities.ndjson?country=FR&min=100000' ")
  expect(text).toContain('curl -s http://localhost:3000/cities.csv | wc -l ')
})
