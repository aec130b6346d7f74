import { describe, expect, it } from 'vitest'
import { citiesPage } from './cities-page.ts'
import type { CityRecord } from '../cities/city-store.ts'

const lyon = {
  name: 'Lyon',
  country: 'FR',
  admin: '84',
  population: 472_317,
  latitude: 45.748,
  longitude: 4.846,
}
const lima = {
  name: 'Lima',
  country: 'PE',
  admin: '15',
  population: 7_737_002,
  latitude: -12.04,
  longitude: -77.03,
}

function makePage(
  batches: Iterable<CityRecord[]>,
  query = '',
  filters = {},
): Generator<string, void, undefined> {
  return citiesPage(batches, { query: new URLSearchParams(query), filters })
}

describe('citiesPage', () => {
  it('gives its head and styles before it asks for the first city, then a block for each batch', () => {
    let asked = 0
    function* batches(): Generator<CityRecord[]> {
      asked++
      yield [lyon]
      asked++
      yield [lima]
    }
    const page = makePage(batches())
    expect(page.next().value).toContain('<link rel="stylesheet"')
    expect(asked).toBe(0)
    expect(page.next().value).toContain('<th scope="row">Lyon<td>84<td>472,317<td>45.75° N 4.85° E')
    expect(asked).toBe(1)
    expect(page.next().value).toContain('Lima<td>15<td>7,737,002<td>12.04° S 77.03° W')
    expect(page.next().value).toContain('2 cities. That was all.')
  })

  it('puts the cities of a country together, over the limits of a batch', () => {
    const html = [...makePage([[lyon], [lyon, lima]])].join('')
    expect(html.match(/<h2>.*?<\/h2>/g)).toEqual(['<h2>France</h2>', '<h2>Peru</h2>'])
    expect(html.match(/<section>/g)).toHaveLength(2)
    expect(html.match(/<\/section>/g)).toHaveLength(2)
  })

  it('has one group, with the country in each row, in another order', () => {
    const filters = { order: { column: 'name', isDescending: false } }
    const html = [...makePage([[lima, lyon]], '', filters)].join('')
    expect(html.match(/<h2>.*?<\/h2>/g)).toEqual(['<h2>All countries</h2>'])
    expect(html).toContain('Lyon<td>FR 84<td>')
  })

  it('escapes what the database and the visitor have written', () => {
    const evil = '<script>alert("1")</script>'
    const row = { name: evil, country: evil, admin: evil, population: 1, latitude: 0, longitude: 0 }
    const html = [
      ...makePage([[row]], new URLSearchParams({ name: `">${evil}`, country: "'x" }).toString()),
    ].join('')
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;')
  })

  it('says that nothing was found', () => {
    expect([...makePage([])].join('')).toContain('No city is like that.')
  })
})
