import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { greeting } from './greeting.ts'

const facts = { url: 'http://localhost:3000', count: 135_233 }

it('greeting tells where the server is and gives lines that a shell takes as they are', () => {
  const text = stripVTControlCharacters(greeting({ ...facts, transmitter: 'inline' }))
  expect(text).toContain('sends 135,233 cities')
  expect(text).toMatch(/^ {2}http:\/\/localhost:3000$/m)
  expect(text).toContain('curl -N http://localhost:3000/slow ')
  expect(text).toContain("curl 'http://localhost:3000/cities.ndjson?country=FR&min=100000' ")
  expect(text).toContain('curl -s http://localhost:3000/cities.csv | wc -l ')
  expect(text).toContain('TRANSMITTER=thread npm start')
  expect(text).toContain('piece by piece\n')
})

it('greeting tells that a thread of its own sends', () => {
  const text = stripVTControlCharacters(greeting({ ...facts, transmitter: 'thread' }))
  expect(text).toContain('sends 135,233 cities piece by piece, from a thread of its own\n')
  expect(text).not.toContain('TRANSMITTER=thread')
})
