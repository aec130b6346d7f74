import { expect, it } from 'vitest'
import { toCityQuery } from './city-query.ts'

const selected = 'SELECT id, name, country, admin, population, latitude, longitude, feature FROM cities'

it('toCityQuery selects all cities by id without filters', () => {
  expect(toCityQuery({})).toEqual({ sql: `${selected} ORDER BY id`, values: [] })
})

it('toCityQuery keeps what a client has written out of the statement', () => {
  const name = "x'; DROP TABLE cities; --"
  const { sql, values } = toCityQuery({ country: 'FR', min: 1, max: 9, name, limit: 3 })
  expect(sql).toBe(
    `${selected} WHERE country = ? AND population >= ? AND population <= ? AND instr(folded, ?) > 0 ORDER BY id LIMIT ?`,
  )
  expect(values).toEqual(['FR', 1, 9, name, 3])
})

it.each([
  ['name', false, 'folded ASC'],
  ['population', true, 'population DESC'],
  ['country', false, 'country ASC, population DESC'],
  ['id', true, 'id DESC'],
] as const)('toCityQuery orders by %s', (column, isDescending, terms) => {
  expect(toCityQuery({ order: { column, isDescending } }).sql).toBe(`${selected} ORDER BY ${terms}`)
})
