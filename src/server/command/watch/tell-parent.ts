import type { WorkerMessage } from '../../workers/worker-message.ts'
import type { LookMessage } from './look-at-app.ts'

/** Tells the process that has started this one; resolves when it has been told, or cannot be any longer. */
export function tellParent(message: WorkerMessage | LookMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (process.send && process.connected) process.send(message, undefined, undefined, () => resolve())
  else resolve()
  return promise
}
