import { startCommand } from './start-command.ts'

/**
 * The port to listen on: `PORT` of the environment, 3000 by default.
 * @throws RangeError when it is no port.
 */
export function readPort({ PORT }: { readonly PORT?: string | undefined }): number {
  if (PORT === undefined || PORT === '') return 3000
  const port = Number(PORT)
  if (/^\d{1,5}$/.test(PORT) && port <= 65_535) return port
  throw new RangeError(
    `Cannot listen on PORT=${JSON.stringify(PORT)}: give a number from 0 to 65535, as in PORT=3001 ${startCommand}`,
  )
}
