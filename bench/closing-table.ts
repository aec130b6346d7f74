import { inUnit } from './delay-figures.ts'
import type { DelayRow } from './delays.ts'
import type { Results } from './figures.ts'
import type { MemoryRow } from './memory.ts'
import type { SpeedRow } from './speed.ts'
import { formatNumber, formatTable } from './table.ts'

type Found = { readonly label: string; readonly cell: string }

interface Column {
  readonly title: string
  /** What was measured of it in this run; nothing where its case did not run. */
  readonly find: (results: Results) => readonly Found[]
}

const columns: readonly Column[] = [
  { title: 'strict blocks/s', find: ({ speed }) => pickSpeeds(speed['strict-shared'], isSync) },
  { title: 'of an async source', find: ({ speed }) => pickSpeeds(speed['strict-shared'], isAsync) },
  { title: 'crowd, p99', find: ({ delay }) => pickDelays(delay['busy-many'], 'p99') },
  { title: 'hello, replies/s', find: ({ speed }) => pickSpeeds(speed['hello-shared'], isSync) },
  { title: 'idle stream', find: ({ memory }) => pickMemory(memory['memory-idle']) },
  { title: 'latency, p50', find: ({ delay }) => pickDelays(delay['latency'], 'p50') },
  { title: 'latency, p99', find: ({ delay }) => pickDelays(delay['latency'], 'p99') },
]

/** Servers that have another name in some of the cases. */
const aliases = new Map([
  ['millrace', 'millrace inline'],
  ['millrace block', 'millrace inline'],
])

/** What millrace does with a transmitter thread and without, and what its peers do: a row for each server. */
export function formatClosingTable(results: Results): string | undefined {
  const measured = columns
    .map(({ title, find }) => ({ title, cells: new Map(find(results).map((one) => [one.label, one.cell])) }))
    .filter(({ cells }) => cells.size > 0)
  if (measured.length === 0) return undefined
  const servers = new Set(measured.flatMap(({ cells }) => [...cells.keys()]))
  const table = formatTable(
    ['server', ...measured.map(({ title }) => title)],
    [...servers].map((server) => [server, ...measured.map(({ cells }) => cells.get(server) ?? '')]),
  )
  return [table, ...noteG1(table), ...noteCpu(results)].join('\n\n')
}

function noteG1(table: string): string[] {
  return table.includes('(') ? ['In parentheses: a block does not leave before the application goes on.'] : []
}

// What a third core is worth can only be said in CPU time on a machine that has two.
function noteCpu({ speed }: Results): string[] {
  const lines = (speed['hello-shared'] ?? []).flatMap(({ label, notes }) =>
    notes.filter((note) => note.includes(' of CPU a reply')).map((note) => `* ${toServer(label)}: ${note}`),
  )
  return lines.length === 0 ? [] : [`Hello, in CPU time:\n\n${lines.join('\n')}`]
}

function isAsync({ label }: SpeedRow): boolean {
  return label.endsWith(', async')
}

function isSync(row: SpeedRow): boolean {
  return !isAsync(row)
}

function pickSpeeds(rows: SpeedRow[] | undefined, isPicked: (row: SpeedRow) => boolean): Found[] {
  return (rows ?? []).filter(isPicked).map(({ label, median, notes }) => {
    const speed = formatNumber(median)
    return { label: toServer(label), cell: notes.includes('does not keep G1') ? `(${speed})` : speed }
  })
}

function pickDelays(rows: DelayRow[] | undefined, at: 'p50' | 'p99'): Found[] {
  return (rows ?? []).map(({ label, delays }) => ({ label: toServer(label), cell: inUnit(delays[at]) }))
}

function pickMemory(rows: MemoryRow[] = []): Found[] {
  return rows.map(({ label, growth }) => ({
    label: toServer(label),
    cell: Number.isFinite(growth) ? `${(growth / 1e3).toFixed(1)} kB` : '–',
  }))
}

function toServer(label: string): string {
  const name = label.replace(/, async$/, '')
  return aliases.get(name) ?? name
}
