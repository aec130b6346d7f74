// Loaded in a worker before its script: the primary is told of what the script fails, wherever it does.
import { inspect } from 'node:util'
import { toPrimary } from './to-primary.ts'
import { workerNumber } from '../moments/worker-number.ts'

/** Tells the primary what this worker ends of, and ends the worker when the primary has gone before it serves. */
export function watchWorker(): void {
  // What the script starts itself is not to load this file.
  const at = process.execArgv.indexOf(import.meta.url)
  if (at > 0) process.execArgv.splice(at - 1, 2)
  process.on('uncaughtExceptionMonitor', (error) =>
    toPrimary.tell({ millrace: 'fault', text: inspect(error) }),
  )
  process.on('disconnect', () => toPrimary.onDisconnect())
  // A script that ends without serve() ends its process.
  process.channel?.unref()
}

if (workerNumber !== undefined) watchWorker()
