// The file appears whole or not at all: it is written under another name, synced, then renamed.
import { openSync, closeSync, fsyncSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { type City, cityColumns } from './city.ts'
import { foldName } from './fold-name.ts'

export interface FillOptions {
  /** Gives the file up when it aborts; nothing is left behind. */
  signal?: AbortSignal
  /** Told how many cities are stored, after each slice of them. */
  progress?: (stored: number) => void
}

/** Marks the layout of the tables; another number makes older files be filled again. */
export const layoutNumber = 0x6d696c01

const sliceLength = 2_000

const tables = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  CREATE TABLE cities (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, admin TEXT NOT NULL,
    population INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, feature TEXT NOT NULL,
    folded TEXT NOT NULL
  ) STRICT;
`

const indexes = `
  CREATE INDEX by_country ON cities (country, population);
  CREATE INDEX by_population ON cities (population);
  CREATE INDEX by_name ON cities (folded);
  PRAGMA optimize;
`

/**
 * Stores cities in an SQLite file, which replaces one that is there.
 * @throws the reason of `signal` when it aborts, or the error of node:sqlite; the file is as it was before.
 */
export async function fillCities(
  path: string,
  cities: readonly City[],
  options: FillOptions = {},
): Promise<void> {
  removeLeftovers(path)
  const draft = `${path}.${process.pid}.tmp`
  try {
    await writeDraft(draft, cities, options)
    sync(draft)
    for (const suffix of ['-journal', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

async function writeDraft(draft: string, cities: readonly City[], options: FillOptions): Promise<void> {
  rmSync(draft, { force: true })
  const database = new DatabaseSync(draft)
  try {
    database.exec(tables)
    await insertAll(database, cities, options)
    database.exec(indexes)
    // Read back by openCities: which layout it is, and how many cities make it whole.
    database.exec(`PRAGMA application_id = ${layoutNumber}; PRAGMA user_version = ${cities.length}`)
  } finally {
    database.close()
  }
}

async function insertAll(
  database: DatabaseSync,
  cities: readonly City[],
  { signal, progress }: FillOptions,
): Promise<void> {
  const places = cityColumns.map(() => '?').join(', ')
  const insert = database.prepare(
    `INSERT INTO cities (${cityColumns.join(', ')}, folded) VALUES (${places}, ?)`,
  )
  for (let start = 0; start < cities.length; start += sliceLength) {
    // A signal and the progress bar get their turn between two slices.
    await setImmediate()
    signal?.throwIfAborted()
    insertSlice(database, insert, cities.slice(start, start + sliceLength))
    progress?.(Math.min(start + sliceLength, cities.length))
  }
}

function insertSlice(database: DatabaseSync, insert: StatementSync, cities: readonly City[]): void {
  database.exec('BEGIN')
  for (const city of cities) insert.run(...cityColumns.map((column) => city[column]), foldName(city.name))
  database.exec('COMMIT')
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

// What a process left that was killed without a chance to tidy up.
function removeLeftovers(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    const isDraft = name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp')
    const id = Number(name.split('.').at(-2))
    if (isDraft && !isRunning(id)) rmSync(join(dirname(path), name), { force: true })
  }
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
