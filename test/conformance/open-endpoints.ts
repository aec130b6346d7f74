import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ServeOptions } from 'millrace/server'

const script = fileURLToPath(new URL('fixtures/serve-endpoints.ts', import.meta.url))

/** The endpoints on millrace, in a process of their own; whoever opens them closes them. */
export interface OpenEndpoints {
  /** Of each server, in the order of their options. */
  readonly urls: readonly string[]
  close(): Promise<void>
}

/** Starts a process with a server for each of these options. @throws Error when it ends before it says where. */
export async function openEndpoints(options: readonly ServeOptions[]): Promise<OpenEndpoints> {
  const child = spawn(process.execPath, [
    '--conditions=millrace:source',
    '--disable-warning=MILLRACE_BODY_DROPPED',
    script,
    JSON.stringify(options),
  ])
  const exited = once(child, 'exit')
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), exited.then(() => [])])
  if (line === undefined) {
    throw new Error(`Cannot open the endpoints: the process ended. ${errors.join('')}`)
  }
  return {
    urls: JSON.parse(line),
    async close() {
      child.stdin.end()
      await exited
    },
  }
}
