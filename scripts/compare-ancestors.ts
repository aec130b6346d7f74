import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BlackBoxCase, blackBoxCases, type Observation } from '../test/blackbox/black-box-cases.ts'
import { type BlackBoxSystem, blackBoxSystems } from '../test/blackbox/black-box-systems.ts'
import { Journal } from '../test/blackbox/journal.ts'
import { startSystem } from '../test/blackbox/start-system.ts'
import { root } from './read-files.ts'

const page = 'docs/comparison.md'

/** What was seen of one system: by case, undefined where the question does not apply. */
export interface Column {
  system: BlackBoxSystem
  version: string | undefined
  observations: readonly (Observation | undefined)[]
}

/** Puts every case to one system, one after the other. */
export async function compareAncestor(system: BlackBoxSystem, cases = blackBoxCases): Promise<Column> {
  const version = system.version()
  if (version === undefined) return { system, version, observations: cases.map(() => undefined) }
  using journal = new Journal()
  await using running = await startSystem(system, journal)
  const observations: (Observation | undefined)[] = []
  for (const [index, one] of cases.entries()) {
    const isAsked = one.needsNotFound !== true || system.hasNotFound
    observations.push(
      isAsked ? await one.observe({ port: running.port, journal, id: `${index}` }) : undefined,
    )
  }
  return { system, version, observations }
}

/** The page: a table of cases and systems, with a mark where a system does not keep the rule. */
export function formatComparison(
  columns: readonly Column[],
  cases: readonly BlackBoxCase[],
  on: string,
): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const count = ({ observations }: Column, isOwn: boolean) =>
    cases.filter((one, index) => (one.isOwn === true) === isOwn && observations[index]?.isKept === false)
      .length
  return [
    '# millrace and its ancestors, from outside',
    '',
    'Made by `node --conditions=millrace:source scripts/compare-ancestors.ts`; do not edit. The same endpoints in every',
    'system, asked over raw sockets.',
    '',
    '* ✗: the rule is not kept. It is one of HTTP, or one that the ancestors gave themselves.',
    '* ○: it is not kept, but it is a rule of millrace that no ancestor has promised to keep.',
    '* –: the question does not apply, or the system is not installed.',
    '',
    'The ids are those of [the table of requirements](ancestors.md), the G numbers those of [the contract](contract.md).',
    '',
    `Seen on ${on}. Times are of one run:`,
    'they tell a millisecond from a second, and no more.',
    '',
    row(['case', 'rule', ...columns.map(toTitle)]),
    row(['---', '---', ...columns.map(() => '---')]),
    ...cases.map((one, index) =>
      row([one.title, one.rule, ...columns.map(({ observations }) => toCell(one, observations[index]))]),
    ),
    row(['**✗**', '', ...columns.map((column) => String(count(column, false)))]),
    row(['**○**', '', ...columns.map((column) => String(count(column, true)))]),
    '',
    '## How each was run',
    '',
    row(['system', 'as its documentation says']),
    row(['---', '---']),
    ...new Set(columns.map(({ system }) => row([system.name, system.advice]))),
    '',
    'The sources of the ancestors are synchronous generators, which their interface asks for; those of millrace wait with',
    'the signal that it gives them.',
    '',
    'The programs are in [test/blackbox](../test/blackbox). Systems that come first are packages of Debian; those of',
    'another Python are added when `BLACKBOX_PYTHON` names it. To have the packages:',
    '`apt-get install gunicorn python3-flask python3-cherrypy3 python3-django uwsgi-core uwsgi-plugin-python3`.',
    '',
  ].join('\n')
}

function toTitle({ system: { name }, version = 'not installed' }: Column): string {
  return version.startsWith(name) ? version : `${name}: ${version}`
}

function toCell({ isOwn }: BlackBoxCase, observation: Observation | undefined): string {
  if (!observation) return '–'
  const seen = observation.seen.replaceAll('|', '\\|').replaceAll('\n', ' ')
  if (observation.isKept) return seen
  return `${isOwn === true ? '○' : '✗'} ${seen}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const columns: Column[] = []
  for (const system of blackBoxSystems) {
    const column = await compareAncestor(system)
    columns.push(column)
    process.stdout.write(`${toTitle(column)}\n`)
  }
  const on = `${new Date().toISOString().slice(0, 10)}, ${process.platform}, ${cpus().length} cores`
  writeFileSync(join(root, page), formatComparison(columns, blackBoxCases, on))
  process.stdout.write(`Wrote ${page}\n`)
}
