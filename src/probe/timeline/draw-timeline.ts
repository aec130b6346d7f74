import { formatTime } from '../report/format-time.ts'
import type { ArrivalBins } from './arrival-bins.ts'
import { drawTrack, type TrackRun } from './draw-track.ts'
import type { TerminalStyle } from './terminal-style.ts'
import { toTicks } from './ticks.ts'

/** One reply on the line of time. */
export interface DrawnTrack {
  readonly label: string
  readonly bins: ArrivalBins
  /** When its head came, if it has come. */
  readonly headAt: number | undefined
  /** Up to when it was watched. */
  readonly until: number
  /** How it has ended, if it has. */
  readonly end?: 'whole' | 'broken' | undefined
}

export interface DrawOptions {
  readonly style: TerminalStyle
  /** The time at the right end, in milliseconds. */
  readonly until: number
}

const indent = '  '

/** A line for each track, all on the same scale, and the scale below them. */
export function drawTimeline(tracks: readonly DrawnTrack[], { style, until }: DrawOptions): string[] {
  const labels = Math.max(...tracks.map(({ label }) => label.length))
  const margin = labels === 0 ? 0 : labels + 2
  const columns = Math.max(style.width - indent.length - margin - 1, 8)
  const lines = tracks.map((track) => {
    const line = paintTrack(track, { style, until, columns })
    return indent + style.paint.quiet(track.label.padEnd(margin)) + line
  })
  return [...lines, indent + ' '.repeat(margin) + style.paint.quiet(drawAxis(until, columns))]
}

function paintTrack(track: DrawnTrack, { style, until, columns }: DrawOptions & { columns: number }): string {
  const toColumn = (at: number) => Math.min(Math.round((at / until) * columns), columns)
  const ahead = columns - toColumn(track.until)
  const waiting = toColumn(track.headAt ?? track.until)
  const runs = drawTrack(track.bins.toColumns(columns, until), { signs: style.signs, ahead })
  const parts = runs.map((run, index) => {
    const text = index === 0 ? markWaiting(run, waiting, style.signs.waiting) : run.text
    if (run.kind === 'ahead') return text
    return run.kind === 'blocks' ? style.paint.blocks(text) : style.paint.quiet(text)
  })
  return parts.join('').trimEnd() + drawEnd(track, style)
}

// Before its head there is no reply: the line is dotted there.
function markWaiting({ kind, text }: TrackRun, columns: number, sign: string): string {
  return kind === 'quiet' ? sign.repeat(Math.min(columns, text.length)) + text.slice(columns) : text
}

function drawEnd({ end }: DrawnTrack, { signs, paint }: TerminalStyle): string {
  if (end === undefined) return ''
  return (end === 'whole' ? paint.quiet : paint.bad)(signs.end[end])
}

// Each time stands with its first sign at its place.
function drawAxis(until: number, columns: number): string {
  let line = ''
  for (const tick of toTicks(until, Math.max(Math.floor(columns / 10), 3))) {
    const place = Math.round((tick / until) * columns)
    const text = tick === 0 ? '0' : formatTime(tick).replace(/\.?0+(?= s)/, '')
    if (place < line.length + 1 && line !== '') continue
    if (place + text.length > columns + 1) break
    line = line.padEnd(place) + text
  }
  return line
}
