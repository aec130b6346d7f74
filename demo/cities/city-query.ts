import type { SQLInputValue } from 'node:sqlite'
import { cityColumns } from './city.ts'
import type { CityFilters, CityOrder } from './city-filters.ts'

/** A statement and what goes into its places. */
export interface CityQuery {
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/** Filters as SQL; what a client has written is only ever a value, never a part of the statement. */
export function toCityQuery({ country, min, max, name, limit, order }: CityFilters): CityQuery {
  const conditions: [sql: string, value: SQLInputValue | undefined][] = [
    ['country = ?', country],
    ['population >= ?', min],
    ['population <= ?', max],
    ['instr(folded, ?) > 0', name],
  ]
  const values: SQLInputValue[] = []
  const where: string[] = []
  for (const [sql, value] of conditions) {
    if (value === undefined) continue
    where.push(sql)
    values.push(value)
  }
  const parts = [`SELECT ${cityColumns.join(', ')} FROM cities`]
  if (where.length > 0) parts.push(`WHERE ${where.join(' AND ')}`)
  parts.push(`ORDER BY ${toOrderTerms(order)}`)
  if (limit !== undefined) {
    parts.push('LIMIT ?')
    values.push(limit)
  }
  return { sql: parts.join(' '), values }
}

// Each order has an index, so that the first city is there before the last one is read.
function toOrderTerms(order: CityOrder | undefined): string {
  if (!order) return 'id'
  const way = order.isDescending ? 'DESC' : 'ASC'
  switch (order.column) {
    case 'name':
      return `folded ${way}`
    case 'country':
      return `country ${way}, population ${order.isDescending ? 'ASC' : 'DESC'}`
    case 'population':
    case 'id':
      return `${order.column} ${way}`
  }
}
