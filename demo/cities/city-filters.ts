import { HttpError } from 'millrace'
import { foldName } from './fold-name.ts'

/** Which cities are asked for, and in which order. */
export interface CityFilters {
  readonly country?: string
  /** Least and greatest population, both included. */
  readonly min?: number
  readonly max?: number
  /** What the folded name contains. */
  readonly name?: string
  readonly limit?: number
  readonly order?: CityOrder
}

export interface CityOrder {
  readonly column: (typeof orderColumns)[number]
  readonly isDescending: boolean
}

const orderColumns = ['id', 'name', 'country', 'population'] as const

const filterNames = ['country', 'min', 'max', 'name', 'limit', 'order'] as const

type FilterName = (typeof filterNames)[number]

/**
 * Reads filters from a query, as in `?country=FR&min=100000`; an empty value is no filter, as a form sends it.
 * @throws HttpError 400 that names the filter and what it takes.
 */
export function parseCityFilters(query: URLSearchParams, alsoKnown: readonly string[] = []): CityFilters {
  checkNames(query, alsoKnown)
  const filters = {
    ...parse(query, 'country', toCountry),
    ...parse(query, 'min', toPopulation),
    ...parse(query, 'max', toPopulation),
    ...parse(query, 'name', toName),
    ...parse(query, 'limit', toLimit),
    ...parse(query, 'order', toOrder),
  }
  const { min = 0, max = Infinity } = filters
  if (min > max) throw new HttpError(400, `Cannot filter by population: min=${min} is more than max=${max}`)
  return filters
}

function checkNames(query: URLSearchParams, alsoKnown: readonly string[]): void {
  const known = [...filterNames, ...alsoKnown]
  for (const name of query.keys()) {
    if (!known.includes(name)) {
      throw new HttpError(
        400,
        `Cannot filter by ${quote(name)}: there is no such filter; use ${known.join(', ')}`,
      )
    }
    if (query.getAll(name).length > 1) throw refuse(name, query.getAll(name).join(', '), 'give it once')
  }
}

function parse<Name extends FilterName, Value>(
  query: URLSearchParams,
  name: Name,
  convert: (text: string, name: Name) => Value,
): { readonly [N in Name]?: Value } {
  const text = query.get(name)?.trim()
  if (!text) return {}
  const part: { [N in Name]?: Value } = {}
  part[name] = convert(text, name)
  return part
}

function toCountry(text: string): string {
  if (/^[a-z]{2}$/i.test(text)) return text.toUpperCase()
  throw refuse('country', text, 'give two letters, as in country=FR')
}

function toPopulation(text: string, name: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  throw refuse(name, text, `give a number of people, as in ${name}=100000`)
}

function toName(text: string): string {
  if (text.length <= 100) return foldName(text)
  throw refuse('name', `${text.slice(0, 20)}...`, 'give 100 characters or fewer')
}

function toLimit(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text)
  throw refuse('limit', text, 'give how many cities, 1 or more, as in limit=10')
}

function toOrder(text: string): CityOrder {
  const isDescending = text.startsWith('-')
  const column = orderColumns.find((name) => name === text.slice(isDescending ? 1 : 0))
  if (column) return { column, isDescending }
  throw refuse(
    'order',
    text,
    `give one of ${orderColumns.join(', ')}, with - in front for the greatest first`,
  )
}

function refuse(name: string, value: string, remedy: string): HttpError {
  return new HttpError(400, `Cannot filter by ${name}=${quote(value)}: ${remedy}`)
}

function quote(text: string): string {
  return JSON.stringify(text)
}
