import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { CityFilters } from './city-filters.ts'
import { toCityQuery } from './city-query.ts'

/** One city with its columns by name. */
export type CityRecord = Record<string, SQLOutputValue>

/** How many rows leave the database at a time. */
const batchLength = 100

/**
 * The cities in a database that is open for reading. Each call has a statement of its own, so that any number of
 * readers can be half way at the same time; leaving the loop early closes it.
 */
export class CityStore {
  readonly #database: DatabaseSync
  #openCursors = 0

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** How many readers are half way. */
  get openCursors(): number {
    return this.#openCursors
  }

  get count(): number {
    return Number(this.#database.prepare('SELECT count(*) AS count FROM cities').get()?.['count'])
  }

  /** Batches of rows, each an array of fields in the order of the columns. */
  *rows(filters: CityFilters): Generator<unknown[], void, undefined> {
    yield* this.#batches(filters, (statement) => statement.setReturnArrays(true))
  }

  /** Batches of records. */
  *records(filters: CityFilters): Generator<CityRecord[], void, undefined> {
    yield* this.#batches(filters, (statement) => statement.setReturnArrays(false))
  }

  close(): void {
    this.#database.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  *#batches(
    filters: CityFilters,
    shape: (statement: StatementSync) => void,
  ): Generator<CityRecord[], void, undefined> {
    const { sql, values } = toCityQuery(filters)
    const statement = this.#database.prepare(sql)
    shape(statement)
    this.#openCursors++
    try {
      let rows: CityRecord[] = []
      for (const row of statement.iterate(...values)) {
        rows.push(row)
        if (rows.length < batchLength) continue
        yield rows
        rows = []
      }
      if (rows.length > 0) yield rows
    } finally {
      this.#openCursors--
    }
  }
}
