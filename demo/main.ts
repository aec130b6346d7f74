// `npm start`, and `millrace demo` in the package: stores the cities on first start, then serves every kind of reply until it is stopped.
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { serve } from 'millrace'
import colors from 'picocolors'
import { prepareCities } from './cities/prepare-cities.ts'
import { cityPlaces } from './cities/city-places.ts'
import { readCities } from './cities/read-cities.ts'
import { Night } from './pictures/night.ts'
import { Board } from './replies/board.ts'
import { Clock } from './replies/clock.ts'
import { createRoutes } from './routes.ts'
import { greeting } from './terminal/greeting.ts'
import { readPort } from './terminal/read-port.ts'
import { readTransmitter } from './terminal/read-transmitter.ts'
import { startCommand } from './terminal/start-command.ts'
import { Stopped, stopSignal } from './terminal/stop-signal.ts'

const databasePath =
  process.env['CITIES_FILE'] ?? fileURLToPath(new URL('../.cities.sqlite', import.meta.url))

const portFaults: ReadonlySet<string> = new Set(['EADDRINUSE', 'EACCES'])

async function main(): Promise<void> {
  const port = readPort(process.env)
  const transmitter = readTransmitter(process.env)
  const stopping = stopSignal(process)
  using cities = await prepareCities(databasePath, { signal: stopping, read: readCities })
  const clock = new Clock({ stopping })
  const board = new Board({ stopping })
  const night = new Night({ stopping, places: () => cityPlaces(cities) })
  // It reads all cities: better now than while somebody waits for another reply.
  night.picture()
  const routes = createRoutes({ cities, clock, board, night })
  const server = await serve({ port, transmitter, routes, report })
  console.log(greeting({ url: `http://localhost:${server.port}`, count: cities.count, transmitter }))
  if (!stopping.aborted) await once(stopping, 'abort')
  await server.close({ grace: 1_000 })
}

function report(error: unknown, context: { method: string; path: string } | undefined): void {
  const where = context ? `${context.method} ${context.path}` : 'a request'
  console.error(`${colors.red('failed')} ${where}: ${error instanceof Error ? error.message : String(error)}`)
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const isAboutPort = cause instanceof Error && 'code' in cause && portFaults.has(String(cause.code))
  return isAboutPort ? `${error.message}\nTo choose another port: PORT=3001 ${startCommand}` : error.message
}

try {
  await main()
} catch (error) {
  console.error(colors.red(explain(error)))
  process.exitCode = error instanceof Stopped ? 130 : 1
}
