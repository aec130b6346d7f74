import { spawnSync } from 'node:child_process'
import { inspect, stripVTControlCharacters } from 'node:util'

/** Says what an application fails of while it is loaded: a wrong line with its place, anything else with its stack. */
export function explainLoadError(error: unknown, url: string): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return error.message
  if (!(error instanceof SyntaxError)) return `it failed while it was loaded\n${withoutNode(inspect(error))}`
  const place = placeOf(inspect(error)) ?? findPlace(url)
  const why = `${error.name}: ${error.message}`
  return place === undefined ? why : `${why}\n${place}`
}

// Node puts the place and the line before the message of some errors; of others it tells only where nobody catches them.
function placeOf(text: string): string | undefined {
  const end = text.search(/^SyntaxError\b/m)
  return end > 0 ? text.slice(0, end).trimEnd() : undefined
}

// A file that cannot be parsed runs nothing of what imports it, so it can be asked for again, in a process of its own.
function findPlace(url: string): string | undefined {
  const script = `await import(${JSON.stringify(url)})`
  const words = [...process.execArgv, '--input-type=module', '--eval', script]
  const { stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 5_000,
  })
  return placeOf(stripVTControlCharacters(stderr))
}

// Where Node itself was at that moment is of no use.
function withoutNode(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => !/^ +at .*\(?node:internal\//.test(line))
    .join('\n')
}
