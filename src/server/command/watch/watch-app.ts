import type { Server } from '../../serve.ts'
import { loadedFiles } from '../../workers/loaded-files.ts'
import { WorkerError } from '../../workers/worker-error.ts'
import type { LoadedFile } from '../../workers/worker-message.ts'
import { showPath } from '../app/load-app.ts'
import { say } from '../log/say.ts'
import { FileWatch } from './file-watch.ts'
import type { AppFacts } from './look-at-app.ts'

// Milliseconds that live replies of the version before have to end.
const GRACE = 500

export interface WatchPlan {
  readonly file: string
  /**
   * Loads the application once to see how it is served; undefined where it is broken, which is told already, or where
   * `signal` aborts before.
   */
  look(onFiles: (files: readonly LoadedFile[]) => void, signal: AbortSignal): Promise<AppFacts | undefined>
  /** Serves with workers that load the application. */
  serve(facts: AppFacts): Promise<Server>
  /** Called when it listens for the first time. */
  opened(server: Server): void
}

/**
 * Serves an application in a process of its own, and puts another one in its place whenever a file of it has changed: the
 * port stays open, a broken file leaves the version before where it is. Resolves when the server has closed.
 * @throws Error when the port is taken.
 */
export async function watchApp(plan: WatchPlan): Promise<void> {
  const files = new FileWatch()
  loadedFiles.onFiles = (loaded) => files.add(loaded)
  try {
    const server = await open(plan, files)
    plan.opened(server)
    await Promise.race([server.closed, restartOnChange(server, plan.file, files)])
    await server.closed
  } finally {
    files.close()
    loadedFiles.onFiles = undefined
  }
}

async function open(plan: WatchPlan, files: FileWatch): Promise<Server> {
  for (;;) {
    const next = nextChange(files)
    const facts = await plan.look((loaded) => files.add(loaded), next.signal)
    const server = facts && (await tryToServe(plan, facts))
    if (server) return server
    if (!next.signal.aborted) say(`${plan.file} is broken: waiting for a change`)
    await next.changed
  }
}

async function tryToServe(plan: WatchPlan, facts: AppFacts): Promise<Server | undefined> {
  try {
    return await plan.serve(facts)
  } catch (error) {
    if (error instanceof WorkerError && error.code === 'WORKER_ENDED') return undefined
    throw error
  }
}

async function restartOnChange(server: Server, file: string, files: FileWatch): Promise<void> {
  for (let changed = await files.changes(); ;) {
    say(`${changed.map(showPath).join(', ')} changed`)
    // A version that does not come to its end of loading is not waited for when there is another.
    const next = nextChange(files)
    try {
      // Whoever asks from now on is to see the new version, also over a connection that was idle.
      await server.restart?.({ grace: GRACE, linger: 0, signal: next.signal })
      say(`${file} is served again`)
    } catch (error) {
      if (error instanceof WorkerError && error.code === 'SERVER_CLOSING') return
      // What the new process fails of it has told itself.
      if (!next.signal.aborted)
        say('the new version does not start: the one before it goes on, until the next change')
    }
    changed = await next.changed
  }
}

/** The files that change next, and a signal that aborts when they do. */
function nextChange(files: FileWatch): { changed: Promise<string[]>; signal: AbortSignal } {
  const controller = new AbortController()
  const changed = files.changes().then((paths) => {
    controller.abort()
    return paths
  })
  return { changed, signal: controller.signal }
}
