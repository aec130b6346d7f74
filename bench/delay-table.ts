import type { CrowdFigures } from './crowd.ts'
import type { DelayRow } from './delays.ts'
import type { DelayCase } from './stream-cases.ts'
import { formatTable } from './table.ts'

/** A table of the delays of one case. */
export function formatDelayTable({ unit, name }: DelayCase, rows: DelayRow[]): string {
  const size = unit === 'µs' ? 1000 : 1
  const beside = name === 'busy-many' ? ['heartbeats', 'longest gap', 'connected', 'answered'] : []
  const head = ['server', 'version', 'blocks', `p50, ${unit}`, `p99, ${unit}`, `max, ${unit}`, ...beside, '']
  const cells = rows.map(({ label, version, delays, crowd, notes }) => [
    label,
    version,
    String(delays.count),
    ...[delays.p50, delays.p99, delays.max].map((delay) => formatDelay(delay * size)),
    ...(name === 'busy-many' ? formatCrowd(crowd) : []),
    notes.join('; '),
  ])
  return formatTable(head, cells)
}

/** Milliseconds or microseconds, as exactly as they mean anything. */
export function formatDelay(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function formatCrowd(crowd: CrowdFigures | undefined): string[] {
  if (crowd === undefined) return ['–', '–', '–', '–']
  const { beats, connections } = crowd
  const { connect, answer, unanswered } = connections
  const late = unanswered === 0 ? '' : `, ${unanswered} of ${answer.count} never`
  return [
    `${beats.seen} of ${beats.due}`,
    `${formatDelay(beats.longestGap)} ms`,
    `p99 ${formatDelay(connect.p99)} ms`,
    `p50 ${formatDelay(answer.p50)} ms, p99 ${formatDelay(answer.p99)} ms${late}`,
  ]
}
