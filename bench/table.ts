import type { MemoryRow } from './memory.ts'
import type { SpeedRow } from './speed.ts'
import type { SpeedCase } from './speed-cases.ts'
import type { MemoryCase } from './stream-cases.ts'

/** A table of the speeds of one case, with the ratio of its first millrace row to each peer. */
export function formatSpeedTable({ unit }: SpeedCase, rows: SpeedRow[]): string {
  const best = rows.find(({ label }) => label.startsWith('millrace'))
  const cells = rows.map((row) => [
    row.label,
    row.version,
    formatNumber(row.median),
    `${formatNumber(Math.min(...row.samples))} – ${formatNumber(Math.max(...row.samples))}`,
    best === undefined || row === best ? '' : formatRatio(best.median / row.median),
    formatNumber(row.perCpuSecond),
    formatShare(row.serverBusy),
    formatShare(row.loadBusy),
    row.notes.join('; '),
  ])
  const head = [
    'server',
    'version',
    unit,
    'min – max',
    `${best?.label ?? 'millrace'} ÷ it`,
    'a CPU second',
    'server CPU',
    'load CPU',
    '',
  ]
  return formatTable(head, cells)
}

/** A table of the memory of one case. */
export function formatMemoryTable({ name }: MemoryCase, rows: MemoryRow[]): string {
  const unit = name === 'memory-idle' ? 'kB a stream' : 'MB'
  const size = name === 'memory-idle' ? 1e3 : 1e6
  const cells = rows.map((row) => [
    row.label,
    row.version,
    formatGrowth(row.growth / size),
    row.notes.join('; '),
  ])
  return formatTable(['server', 'version', unit, ''], cells)
}

/** A markdown table whose columns are also aligned as plain text. */
export function formatTable(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((row) => row[column] ?? '')].map(width)),
  )
  const line = (row: string[]) =>
    `| ${widths.map((size, column) => pad(row[column] ?? '', size)).join(' | ')} |`
  return [line(head), `|${widths.map((size) => '-'.repeat(size + 2)).join('|')}|`, ...rows.map(line)].join(
    '\n',
  )
}

/** Three significant digits with a unit prefix: 7.51 M. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}

/** A ratio with two decimals. */
export function formatRatio(value: number): string {
  return Number.isFinite(value) ? `× ${value.toFixed(2)}` : '–'
}

function formatShare(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value * 100)} %`
}

const width = (text: string): number => [...text].length

const pad = (text: string, size: number): string => text + ' '.repeat(size - width(text))

function formatGrowth(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : '–'
}
