import colors from 'picocolors'
import type { LogLevel } from '../../../observe/access-log.ts'
import { formatBytes, formatPath, formatTime } from '../../drain/format-report.ts'

const paints = { info: colors.green, warn: colors.yellow, error: colors.red }

/** One reply in one line: when, what was asked for, how it ended, and what was sent. */
export function formatLogLine(level: LogLevel, fields: object, time: Date): string {
  const {
    method,
    path,
    status,
    outcome,
    bytes,
    blocks,
    firstBlockMs,
    durationMs,
    error,
  }: Record<string, unknown> = {
    ...fields,
  }
  const sent = [
    `${formatBytes(Number(bytes ?? 0))} in ${blocks} ${blocks === 1 ? 'block' : 'blocks'}`,
    ...(typeof firstBlockMs === 'number' ? [`first after ${formatTime(firstBlockMs)}`] : []),
    `all in ${formatTime(Number(durationMs ?? 0))}`,
  ]
  const what = `${method} ${formatPath(String(path))} ${status ?? '-'}`
  const why = error === undefined ? '' : `: ${String(error)}`
  const clock = time.toTimeString().slice(0, 8)
  return `${colors.dim(clock)} ${what} ${paints[level](`${outcome}${why}`)} ${colors.dim(sent.join(', '))}`
}
