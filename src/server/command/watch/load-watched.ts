import { resolve } from 'node:path'
import type { LoadedFile } from '../../workers/worker-message.ts'
import { loadApp } from '../app/load-app.ts'
import type { AppOptions } from '../app/to-app-options.ts'
import { reportLoads } from './report-loads.ts'
import { tellParent } from './tell-parent.ts'

/**
 * Loads an application, and sends each file that it needs; those are known to the process that watches also where it
 * fails.
 * @throws AppError as `loadApp` does.
 */
export async function loadWatched(
  file: string,
  send: (files: readonly LoadedFile[]) => Promise<void>,
): Promise<AppOptions> {
  const sent = reportLoads(resolve(file), send)
  try {
    return await loadApp(file)
  } finally {
    await sent()
  }
}

/** Loads an application only to tell the process that watches what it has to know of it, and ends this process. */
export async function look(file: string): Promise<never> {
  process.once('disconnect', () => process.exit(1))
  const { port, hostname, workers } = await loadWatched(file, (files) =>
    tellParent({ look: 'loaded', files }),
  )
  await tellParent({ look: 'facts', facts: { port, hostname, workers } })
  process.exit(0)
}
