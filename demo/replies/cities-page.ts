import { toRegionName } from './to-region-name.ts'
import type { CityFilters } from '../cities/city-filters.ts'
import type { CityRecord } from '../cities/city-store.ts'
import { escapeHtml } from './escape-html.ts'

export interface CitiesPageOptions {
  /** What the visitor has asked for, to be shown in the form again. */
  readonly query: URLSearchParams
  readonly filters: CityFilters
}

/** In place of the end of the page, when the cities cannot be read to their end. */
export const cutNotice =
  '</table></section><p class="cut" role="alert">The page stops here: the cities could not be read to their end.</p>'

// Made once: a format of its own for each row costs ten times as much as the rest of it.
const toPeople = new Intl.NumberFormat('en')

/** A page of cities, made while they are read: the head first, then one block for each batch. */
export function* citiesPage(
  batches: Iterable<readonly CityRecord[]>,
  { query, filters }: CitiesPageOptions,
): Generator<string, void, undefined> {
  yield toHead(query)
  const isGrouped = filters.order === undefined || filters.order.column === 'country'
  let count = 0
  let group: string | undefined
  for (const batch of batches) {
    let html = ''
    for (const city of batch) {
      const next = isGrouped ? String(city['country']) : ''
      if (next !== group) html += (group === undefined ? '' : groupEnd) + toGroupStart(next)
      group = next
      html += toRow(city, isGrouped)
    }
    count += batch.length
    yield html
  }
  yield (group === undefined ? '' : groupEnd) + toFoot(count)
}

function toHead(query: URLSearchParams): string {
  const value = (name: string) => escapeHtml(query.get(name) ?? '')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Cities of the world · millrace</title>
<link rel="stylesheet" href="/pages/base.css">
<link rel="stylesheet" href="/pages/cities.css">
<header>
<p><a href="/">millrace</a> This page is made while you read it.</p>
<form>
<label>Name <input name="name" value="${value('name')}" maxlength="100" size="12"></label>
<label>Country <input name="country" value="${value('country')}" pattern="[A-Za-z]{2}" title="two letters, as FR" size="3"></label>
<label>People from <input name="min" value="${value('min')}" inputmode="numeric" pattern="[0-9]{1,12}" title="a number" size="8"></label>
<label>to <input name="max" value="${value('max')}" inputmode="numeric" pattern="[0-9]{1,12}" title="a number" size="8"></label>
<button>Show</button>
</form>
</header>
<main>
<h1>Cities</h1>
`
}

const groupEnd = '</table></section>\n'

function toGroupStart(country: string): string {
  const title = country === '' ? 'All countries' : toRegionName(country)
  const heads = ['Name', 'Region', 'People', 'Place'].map((head) => `<th scope="col">${head}`).join('')
  return `<section><h2>${escapeHtml(title)}</h2>\n<table><tr>${heads}\n`
}

function toRow(
  { name, country, admin, population, latitude, longitude }: CityRecord,
  isGrouped: boolean,
): string {
  const region = isGrouped ? String(admin) : `${country} ${admin}`
  const cells = [region, toPeople.format(Number(population)), toPlace(Number(latitude), Number(longitude))]
  return `<tr><th scope="row">${escapeHtml(String(name))}<td>${cells.map(escapeHtml).join('<td>')}\n`
}

function toPlace(latitude: number, longitude: number): string {
  const north = `${Math.abs(latitude).toFixed(2)}° ${latitude < 0 ? 'S' : 'N'}`
  return `${north} ${Math.abs(longitude).toFixed(2)}° ${longitude < 0 ? 'W' : 'E'}`
}

function toFoot(count: number): string {
  const cities = count === 1 ? 'city' : 'cities'
  const text = count === 0 ? 'No city is like that.' : `${toPeople.format(count)} ${cities}. That was all.`
  return `</main>\n<footer>${text}</footer>\n</html>\n`
}
