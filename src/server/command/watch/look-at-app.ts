import { fork } from 'node:child_process'
import type { LoadedFile } from '../../workers/worker-message.ts'

/** What the process that watches has to know of an application, which it does not load itself. */
export interface AppFacts {
  readonly port?: number | undefined
  readonly hostname?: string | undefined
  readonly workers?: number | 'auto' | undefined
}

/** What a process that looks at an application tells. */
export type LookMessage =
  | { readonly look: 'facts'; readonly facts: AppFacts }
  | { readonly look: 'loaded'; readonly files: readonly LoadedFile[] }

/** Whether this process was started to look at an application. */
export const isLooking = process.env['MILLRACE_LOOK'] !== undefined
delete process.env['MILLRACE_LOOK']

/**
 * Loads an application in a process of its own, by the same command line, and resolves to what it says; to nothing where
 * it is broken, which that process has told, or where `signal` aborts before.
 */
export async function lookAtApp(
  onFiles: (files: readonly LoadedFile[]) => void,
  signal: AbortSignal,
): Promise<AppFacts | undefined> {
  const [script = '', ...words] = process.argv.slice(1)
  const child = fork(script, words, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, MILLRACE_LOOK: '1' },
    signal,
    killSignal: 'SIGKILL',
  })
  const { promise, resolve } = Promise.withResolvers<AppFacts | undefined>()
  let facts: AppFacts | undefined
  child.on('message', (message) => {
    if (!isLookMessage(message)) return
    if (message.look === 'loaded') onFiles(message.files)
    else facts = message.facts
  })
  child.on('error', () => resolve(undefined))
  child.on('close', () => resolve(facts))
  return promise
}

function isLookMessage(message: unknown): message is LookMessage {
  return typeof message === 'object' && message !== null && 'look' in message
}
