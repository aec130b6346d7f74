// Every row of what the ancestor systems do has a test with its id in the title, or a decision that declines it.
// docs/ancestors.md is made from both; with --write this makes it anew.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFiles, reportProblems, root, type Files } from './read-files.ts'
import { readModule } from './read-module.ts'

/** One requirement of an ancestor. */
export interface Row {
  id: string
  system: string
  requirement: string
}

/** What became of a row. */
export type Verdict =
  | { kind: 'proved'; tests: { path: string; title: string }[] }
  | { kind: 'declined'; reason: string }
  | { kind: 'open' }

const page = 'docs/ancestors.md'
const decision = 'decisions/010-what-of-the-ancestors-is-declined.md'
const idPattern = /[A-Z]{3}-\d{3}/g

/** Reads the table of requirements: a head line, then id, system, source, level and requirement. */
export function parseRows(text: string): Row[] {
  const lines = text.trimEnd().split('\n').slice(1)
  return lines.map((line) => {
    const [id = '', system = '', , , requirement = ''] = line.split('\t')
    return { id, system, requirement }
  })
}

/** The tests by the ids in the brackets of their titles. */
export function findProofs(tests: Files): Map<string, { path: string; title: string }[]> {
  const proofs = new Map<string, { path: string; title: string }[]>()
  for (const [path, text] of tests) {
    for (const { text: title } of readModule(path, text).titles) {
      for (const id of idsIn(title)) proofs.set(id, [...(proofs.get(id) ?? []), { path, title }])
    }
  }
  return proofs
}

/** The reasons by id, from the table of the decision: `| ids | reason |`. */
export function parseDeclined(text: string): Map<string, string> {
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(
    rows.flatMap(([, ids = '', reason = '']) => (ids.match(idPattern) ?? []).map((id) => [id, reason])),
  )
}

/** The verdict of each row; throws for an id that no row has. */
export function judge(
  rows: readonly Row[],
  tests: Files,
  declined: ReadonlyMap<string, string>,
): Map<string, Verdict> {
  const proofs = findProofs(tests)
  const known = new Set(rows.map(({ id }) => id))
  const stray = [...proofs.keys(), ...declined.keys()].find((id) => !known.has(id))
  if (stray !== undefined) throw new Error(`There is no row ${stray} in test/data/behaviours.tsv`)
  return new Map(rows.map(({ id }) => [id, verdictOf(proofs.get(id), declined.get(id))]))
}

function verdictOf(
  tests: { path: string; title: string }[] | undefined,
  reason: string | undefined,
): Verdict {
  if (tests) return { kind: 'proved', tests }
  return reason === undefined ? { kind: 'open' } : { kind: 'declined', reason }
}

function idsIn(title: string): string[] {
  return [...title.matchAll(/\[([^\]]*)\]/g)].flatMap(([, inside = '']) => inside.match(idPattern) ?? [])
}

/** The page: a table for each system. */
export function formatPage(rows: readonly Row[], verdicts: ReadonlyMap<string, Verdict>): string {
  const counts = Object.groupBy(verdicts.values(), ({ kind }) => kind)
  const systems = [...new Set(rows.map(({ system }) => system))]
  const lines = [
    '# What the ancestors do, and what millrace makes of it',
    '',
    'Made by `node scripts/check-ancestors.ts --write`; do not edit. A row is proved by a test with its id in the title,',
    `declined by [a decision](../${decision}), or open.`,
    '',
    `Proved: ${counts.proved?.length ?? 0}. Declined: ${counts.declined?.length ?? 0}. Open: ${counts.open?.length ?? 0}.`,
  ]
  for (const system of systems) {
    lines.push('', `## ${system}`, '', '| id | requirement | millrace |', '|---|---|---|')
    for (const row of rows) if (row.system === system) lines.push(formatRow(row, verdicts.get(row.id)))
  }
  return `${lines.join('\n')}\n`
}

function formatRow({ id, requirement }: Row, verdict: Verdict | undefined): string {
  return `| ${id} | ${toCell(requirement)} | ${formatVerdict(verdict)} |`
}

function formatVerdict(verdict: Verdict | undefined): string {
  if (verdict?.kind === 'declined') return `declined: ${toCell(verdict.reason)}`
  const [first] = verdict?.kind === 'proved' ? verdict.tests : []
  if (!first) return 'open'
  return `[${toCell(first.title.replace(/\s*\[[^\]]*\]/g, ''))}](../${first.path})`
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('[', '(').replaceAll(']', ')').replaceAll('<', '&lt;')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = readFiles('test/data/behaviours.tsv', decision, page)
  const rows = parseRows(files.get('test/data/behaviours.tsv') ?? '')
  const verdicts = judge(
    rows,
    readFiles('src/**/*.test.ts', 'test/**/*.test.ts'),
    parseDeclined(files.get(decision) ?? ''),
  )
  const text = formatPage(rows, verdicts)
  if (process.argv.includes('--write')) writeFileSync(join(root, page), text)
  const isStale = !process.argv.includes('--write') && files.get(page) !== text
  const open = [...verdicts].filter(([, { kind }]) => kind === 'open')
  reportProblems(
    [
      ...open.map(([id]) => `${id}: no test has it in its title, and ${decision} does not decline it`),
      ...(isStale ? [`${page}: is not what the tests say; run node scripts/check-ancestors.ts --write`] : []),
    ],
    `${rows.length} rows, each proved or declined`,
  )
}
