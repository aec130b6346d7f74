import colors from 'picocolors'
import type { Transmitter } from './read-transmitter.ts'
import { startCommand } from './start-command.ts'

export interface GreetingFacts {
  readonly url: string
  readonly count: number
  readonly transmitter: Transmitter
}

const lines: readonly (readonly [command: string, what: string])[] = [
  ['curl -N /slow', 'a block, a second of CPU, a block'],
  ['curl -s /cities.csv | wc -l', 'a table in flat memory'],
  ['curl /cities.ndjson?country=FR&min=100000', 'records, filtered'],
  ['curl -s /cities.zip -o cities.zip', 'a file for each country, made while it is sent'],
  ['curl -N --compressed /compressed', 'a record at a time, compressed and at once'],
  ['curl -sN /night.tar | tar -tv', 'a day in pictures, unpacked while it comes'],
  ['curl -N /country?country=FR', 'three parts, each whole at once'],
  ['curl -N /late.json', 'a document that grows'],
  ['curl /broken', 'fails, and curl says so'],
  ['curl -N /broken.ndjson', 'fails, and its last record says so'],
  ['curl -N /clock', 'ticks until you leave'],
]

const origins = { inline: '', thread: ', from a thread of its own' } as const

const others = {
  inline: `TRANSMITTER=thread ${startCommand} sends from a thread of its own`,
  thread: `${startCommand} sends without a thread of its own`,
} as const

/** What the terminal shows when the server listens: where it is, and what to try. */
export function greeting({ url, count, transmitter }: GreetingFacts): string {
  const commands = lines.map(([command]) =>
    command.replace(/ (\/\S+)/, (_, path: string) => ` ${toArgument(url + path)}`),
  )
  const column = Math.max(...commands.map((command) => command.length)) + 3
  const rows = lines.map(
    ([, what], index) => `  ${(commands[index] ?? '').padEnd(column)}${colors.dim(what)}`,
  )
  const title = `  ${colors.bold('millrace')} sends ${count.toLocaleString('en')} cities piece by piece${origins[transmitter]}`
  return [
    '',
    title,
    `  ${colors.cyan(colors.underline(url))}`,
    '',
    ...rows,
    '',
    `  ${colors.dim(`Ctrl+C to stop · ${others[transmitter]}`)}`,
    '',
  ].join('\n')
}

function toArgument(address: string): string {
  return /[&?]/.test(address) ? `'${address}'` : address
}
