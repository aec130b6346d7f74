import { expect, it } from 'vitest'
import { readPort } from './read-port.ts'

it.each([
  [undefined, 3000],
  ['', 3000],
  ['0', 0],
  ['8080', 8080],
  ['65535', 65_535],
])('readPort takes PORT=%s for %i', (PORT, port) => {
  expect(readPort({ PORT })).toBe(port)
})

it.each(['http', '65536', '-1', '3000.5', '1e3', ' 80', '0x50'])('readPort refuses PORT=%s', (PORT) => {
  expect(() => readPort({ PORT })).toThrow(
    `Cannot listen on PORT=${JSON.stringify(PORT)}: give a number from 0 to 65535, as in PORT=3001 npm start`,
  )
})
