import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { CityStore } from './city-store.ts'
import { layoutNumber } from './fill-cities.ts'

/** A file of cities: open, or the reason why it has to be filled. */
export type OpenedCities =
  | { kind: 'open'; store: CityStore }
  | { kind: 'missing' }
  | { kind: 'unfit'; reason: string }

/** Opens a file of cities for reading, when it is whole; whoever gets the store closes it. */
export function openCities(path: string): OpenedCities {
  if (!existsSync(path)) return { kind: 'missing' }
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    const reason = findFault(database)
    if (reason === undefined) return { kind: 'open', store: new CityStore(database) }
    database.close()
    return { kind: 'unfit', reason }
  } catch (error) {
    // Not a database at all, or one that SQLite cannot read: the same as damaged.
    if (database?.isOpen) database.close()
    return { kind: 'unfit', reason: error instanceof Error ? error.message : String(error) }
  }
}

function findFault(database: DatabaseSync): string | undefined {
  if (read(database, 'PRAGMA application_id') !== layoutNumber) return 'it has another layout'
  const fault = read(database, 'PRAGMA quick_check(1)')
  if (fault !== 'ok') return String(fault)
  const count = read(database, 'SELECT count(*) FROM cities')
  const whole = read(database, 'PRAGMA user_version')
  return count === whole && count !== 0 ? undefined : `it has ${count} cities of ${whole}`
}

function read(database: DatabaseSync, sql: string): unknown {
  const row = database.prepare(sql).get()
  return row && Object.values(row)[0]
}
