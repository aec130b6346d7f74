import { parseArgs } from 'node:util'
import type { ArgDef, ArgsDef } from 'citty'
import { hideCredentials } from '../../client/hide-credentials.ts'

// citty takes options that there are not, keeps the last of one that is given again, and more words than a command
// has a use for. What it is given goes through here first, so that all commands tell of it in the same way.

/** What was said on the command line, with all values of each option by the option's name. */
export type GivenValues = Readonly<Record<string, readonly string[]>>

/** A command line that cannot be used; `code` says so, and the message what there is. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code = 'COMMAND_LINE'
}

/** An option that may be given more than once says `multiple: true` beside what citty knows. */
type Definition = ArgDef & { readonly multiple?: boolean }

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]
type OptionToken = Extract<Token, { kind: 'option' }>

/**
 * Checks words against the arguments of a command, and gives the values of its options: of those with `multiple: true`
 * all, in order.
 * @throws CommandError for an option that there is not, one without its value, one given twice, a value that is none of
 * those it takes, and a word too many or missing.
 */
export function checkArguments(words: readonly string[], definitions: ArgsDef): GivenValues {
  const names = namesOf(definitions)
  const { tokens } = parseArgs({
    args: [...words],
    options: toOptions(definitions, names),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Record<string, string[]> = {}
  for (const token of tokens) {
    if (token.kind === 'option') addOption(token, { names, definitions, values })
  }
  checkWords(
    tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    definitions,
  )
  return values
}

interface Gathering {
  readonly names: ReadonlyMap<string, string>
  readonly definitions: ArgsDef
  readonly values: Record<string, string[]>
}

function addOption(token: OptionToken, { names, definitions, values }: Gathering): void {
  const { name, value } = toSwitch(token, names, definitions)
  const definition: Definition | undefined = name === undefined ? undefined : definitions[name]
  if (name === undefined || definition === undefined) {
    throw new CommandError(`Cannot use ${token.rawName}: ${listOptions(definitions)}`)
  }
  // Joined with `=` it is meant, whatever it looks like; a word after the option may be the next one.
  const isMeant = token.inlineValue === true || !/^-./.test(value ?? '')
  checkValue(`--${name}`, isMeant ? value : undefined, definition)
  const given = (values[name] ??= [])
  if (given.length > 0 && definition.type !== 'boolean' && !definition.multiple) {
    throw new CommandError(`Cannot use --${name} twice: it takes one value`)
  }
  given.push(value ?? 'true')
}

// `--no-watch` is `--watch` with the value false, for options that take none.
function toSwitch(token: OptionToken, names: Gathering['names'], definitions: ArgsDef) {
  const name = names.get(token.name)
  if (name !== undefined) return { name, value: token.value }
  const positive = token.name.startsWith('no-') ? names.get(token.name.slice(3)) : undefined
  const isSwitch = positive !== undefined && definitions[positive]?.type === 'boolean'
  return isSwitch ? { name: positive, value: 'false' } : { name: undefined, value: undefined }
}

function checkValue(option: string, value: string | undefined, definition: Definition): void {
  if (definition.type === 'boolean') {
    if (value === undefined || value === 'true' || value === 'false') return
    throw new CommandError(`Cannot use ${option}=${value}: it takes no value`)
  }
  if (value === undefined)
    throw new CommandError(`Cannot use ${option} without a value: say ${option}=${hintOf(definition)}`)
  if (definition.type === 'enum' && !definition.options?.includes(value)) {
    throw new CommandError(`Cannot use ${option}=${value}: it is one of ${definition.options?.join(', ')}`)
  }
}

function hintOf(definition: Definition): string {
  if (definition.type === 'enum') return definition.options?.join('|') ?? 'value'
  return definition.valueHint ?? 'value'
}

function checkWords(words: readonly string[], definitions: ArgsDef): void {
  const wanted = Object.entries(definitions).filter(([, { type }]) => type === 'positional')
  const missing = wanted
    .slice(words.length)
    .find(([, one]) => one.required !== false && one.default === undefined)
  if (missing)
    throw new CommandError(`Cannot go on without ${missing[0].toUpperCase()}: ${describe(missing[1])}`)
  const extra = words[wanted.length]
  if (extra === undefined) return
  const names = wanted.map(([name]) => name.toUpperCase()).join(' ')
  throw new CommandError(
    `Cannot use ${JSON.stringify(hideCredentials(extra))}: ${names ? `there is only ${names}` : 'it takes no words'}`,
  )
}

function describe({ description = 'it is needed' }: ArgDef): string {
  return description.replace(/\.$/, '')
}

function listOptions(definitions: ArgsDef): string {
  const names = Object.entries(definitions).flatMap(([name, { type }]) =>
    type === 'positional' ? [] : [`--${name}`],
  )
  return `the options are ${[...names, '--help'].join(', ')}`
}

// Every way to write an option, with its name.
function namesOf(definitions: ArgsDef): ReadonlyMap<string, string> {
  const options = Object.entries(definitions).filter(([, { type }]) => type !== 'positional')
  return new Map(options.flatMap(([name, one]) => [name, ...aliasesOf(one)].map((way) => [way, name])))
}

function aliasesOf(definition: ArgDef): string[] {
  if (!('alias' in definition) || definition.alias === undefined) return []
  return [definition.alias].flat()
}

function toOptions(definitions: ArgsDef, names: Gathering['names']) {
  return Object.fromEntries(
    [...names].map(([way, name]) => {
      const type = definitions[name]?.type === 'boolean' ? ('boolean' as const) : ('string' as const)
      return [way, { type, multiple: true, ...(way.length === 1 && { short: way }) }]
    }),
  )
}
