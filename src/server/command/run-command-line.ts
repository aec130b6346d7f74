import { inspect, stripVTControlCharacters } from 'node:util'
import { type CommandDef, renderUsage, runCommand, type SubCommandsDef } from 'citty'
import colors from 'picocolors'
import { hideCredentials } from '../../client/hide-credentials.ts'
import { checkArguments, CommandError } from './check-arguments.ts'

export interface CommandLine {
  readonly version: string
  /** What loads each command. */
  readonly commands: SubCommandsDef
  /** The version of Node.js; that of this process where it is missing. */
  readonly node?: string
}

const OLDEST_NODE = 22

/** The exit code of a command line that could not be used, and of a command that could not do what was asked. */
const FAILED = 2

/**
 * Runs what the words of a command line ask for. A command is given all values of each option as `data.values`.
 * Resolves with an exit code, or with undefined where the command has set `process.exitCode` itself, or goes on.
 */
export async function runCommandLine(
  words: readonly string[],
  line: CommandLine,
): Promise<number | undefined> {
  const main: CommandDef = {
    meta: {
      name: 'millrace',
      version: line.version,
      description: 'Send HTTP replies piece by piece, and see whether others do',
    },
    subCommands: line.commands,
  }
  try {
    checkNode(line.node)
    return await run(words, main, line)
  } catch (error) {
    await write(process.stderr, `${tell(error)}\n`)
    return FAILED
  }
}

async function run(
  words: readonly string[],
  main: CommandDef,
  line: CommandLine,
): Promise<number | undefined> {
  const [name, ...rest] = words
  if (name === '--version' || name === '-v') return print(line.version)
  if (name === 'help' && rest[0] !== undefined) return run([rest[0], '--help'], main, line)
  if (name === '--help' || name === '-h' || name === 'help') return print(await usageOf(main))
  if (name === undefined) {
    await write(process.stderr, `${await usageOf(main)}\n`)
    return FAILED
  }
  const command = await find(name, line)
  const definitions = await valueOf(command.args ?? {})
  if (asksForHelp(rest)) return print(await usageOf(command, main))
  const values = withHint(name, () => checkArguments(rest, definitions))
  await runCommand(command, { rawArgs: [...rest], data: { values } })
  return undefined
}

// Older ones fail of something that nobody would understand.
function checkNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return
  throw new CommandError(`Cannot run on Node.js ${version}: millrace needs ${OLDEST_NODE} or newer`)
}

// citty colours it wherever it goes.
async function usageOf(command: CommandDef, parent?: CommandDef): Promise<string> {
  const usage = await renderUsage(command, parent)
  return colors.isColorSupported ? usage : stripVTControlCharacters(usage)
}

async function find(name: string, { commands }: CommandLine): Promise<CommandDef> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command !== undefined) return valueOf(command)
  const kind = name.startsWith('-') ? 'as an option of millrace' : 'as a command'
  const names = Object.keys(commands).join(', ')
  throw new CommandError(
    `Cannot use ${hideCredentials(name)} ${kind}: there are ${names}, --help and --version`,
  )
}

function withHint<T>(name: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(`${error.message}\nTry: millrace ${name} --help`, { cause: error })
  }
}

// What follows `--` are words, whatever they look like.
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  const options = end < 0 ? words : words.slice(0, end)
  return options.includes('--help') || options.includes('-h')
}

async function print(text: string): Promise<number> {
  await write(process.stdout, `${text}\n`)
  return 0
}

// Resolves when it is out, as the process may be ended then.
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve())
  })
}

// An error with a code was thrown on purpose, and says what to do; any other is a fault, and its stack is of use.
function tell(error: unknown): string {
  const isTold = error instanceof Error && 'code' in error && typeof error.code === 'string'
  return `millrace: ${isTold ? error.message : inspect(error)}`
}

async function valueOf<T>(value: T | Promise<T> | (() => T) | (() => Promise<T>)): Promise<T> {
  return value instanceof Function ? value() : value
}
