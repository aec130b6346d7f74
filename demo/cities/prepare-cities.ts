import { ProgressBar, type ProgressOutput } from '../terminal/progress-bar.ts'
import type { City } from './city.ts'
import type { CityStore } from './city-store.ts'
import { fillCities } from './fill-cities.ts'
import { openCities } from './open-cities.ts'

export interface PrepareOptions {
  /** Gives the filling up when it aborts. */
  readonly signal: AbortSignal
  /** Called when the file has to be filled. */
  readonly read: () => readonly City[]
  /** Standard error by default. */
  readonly out?: ProgressOutput
}

/**
 * Opens the file of cities, after filling it where it is missing or damaged; whoever gets the store closes it.
 * @throws the reason of `signal`; Error when the file cannot be read even now.
 */
export async function prepareCities(path: string, options: PrepareOptions): Promise<CityStore> {
  const found = openCities(path)
  if (found.kind === 'open') return found.store
  const { out = process.stderr } = options
  if (found.kind === 'unfit') out.write(`The database of cities is filled again: ${found.reason}\n`)
  await fill(path, { ...options, out })
  const filled = openCities(path)
  if (filled.kind === 'open') return filled.store
  const reason = filled.kind === 'unfit' ? filled.reason : 'it was removed'
  throw new Error(`Cannot read the database of cities ${path}: ${reason}; delete the file and start again`)
}

async function fill(path: string, { signal, read, out }: PrepareOptions): Promise<void> {
  const cities = read()
  const bar = new ProgressBar({ label: 'Storing the cities', total: cities.length, ...(out && { out }) })
  try {
    await fillCities(path, cities, { signal, progress: (stored) => bar.show(stored) })
  } catch (error) {
    bar.clear()
    throw error
  }
}
