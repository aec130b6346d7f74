import { networkInterfaces } from 'node:os'
import colors from 'picocolors'
import type { ServeOptions } from '../serve-options.ts'
import { INSPECTOR } from './mount-inspector.ts'
import type { ServeWords } from './serve-arguments.ts'

export interface StartFacts {
  readonly file: string
  readonly url: string
  readonly options: ServeOptions
  readonly words: Pick<ServeWords, 'inspector' | 'inspector-token' | 'watch'>
}

// So many routes are listed.
const LISTED = 12

/** What the terminal shows when the server listens: where it is, its routes, and what to try. */
export function formatStart(facts: StartFacts): string {
  const { file, url, options, words } = facts
  const [base = url, ...others] = addressesOf(url)
  const paths = pathsOf(options)
  const shown = paths.slice(0, LISTED)
  const example = `${base}${paths.find(isPlain)?.replace(/^[A-Z]+ /, '') ?? '/'}`
  const rows = [
    ...(shown.length > 0 ? [['routes', shown.join('  ') + (paths.length > LISTED ? '  …' : '')]] : []),
    ['try', `curl -N ${example}`],
    ['', `npx millrace probe ${example}`],
    ...inspectorRows(base, words),
    ['stop', `Ctrl+C: live replies may end first${words.watch ? ' · starts again when a file changes' : ''}`],
  ]
  return [
    '',
    `  ${colors.bold('millrace')} serves ${file}`,
    ...[base, ...others].map((address) => `  ${colors.cyan(colors.underline(address))}`),
    '',
    ...rows.map(([name = '', text]) => `  ${colors.dim(name.padEnd(9))}${text}`),
    '',
    '',
  ].join('\n')
}

function inspectorRows(
  base: string,
  { inspector, 'inspector-token': token }: StartFacts['words'],
): string[][] {
  if (!inspector && token === undefined) return []
  const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`
  return [['look', `${base}${INSPECTOR}/${query}`]]
}

function pathsOf({ routes = {} }: ServeOptions): string[] {
  return Object.keys(routes).filter((path) => !path.startsWith(INSPECTOR) && path !== '/**')
}

function isPlain(pattern: string): boolean {
  return /^(?:GET )?\/[^:*]*$/.test(pattern)
}

// Who listens on every address can be reached at each.
function addressesOf(url: string): string[] {
  const { protocol, hostname, port } = new URL(url)
  if (hostname !== '0.0.0.0' && hostname !== '[::]') return [url]
  const outer = Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
  return ['localhost', ...outer.map(({ address }) => address)].map((host) => `${protocol}//${host}:${port}`)
}
