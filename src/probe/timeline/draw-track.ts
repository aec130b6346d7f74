import type { Column } from './arrival-bins.ts'

/** What a track is drawn with: a quiet baseline, and a bar for what came in a column of time. */
export interface TrackSigns {
  readonly baseline: string
  readonly bars: readonly string[]
  readonly end: Readonly<Record<'whole' | 'broken', string>>
}

/** Eight heights, for terminals that speak Unicode. */
export const unicodeSigns: TrackSigns = {
  baseline: '▁',
  bars: ['▂', '▃', '▄', '▅', '▆', '▇', '█'],
  end: { whole: '▏', broken: '╳' },
}

/** Three heights of ASCII. */
export const asciiSigns: TrackSigns = {
  baseline: '_',
  bars: [':', '|', '#'],
  end: { whole: '|', broken: 'x' },
}

/** A run of one kind in a track, to be coloured. */
export interface TrackRun {
  readonly kind: 'quiet' | 'blocks' | 'ahead'
  readonly text: string
}

export interface TrackOptions {
  readonly signs: TrackSigns
  /** Columns of which time has not yet come: they stay empty. The default is 0. */
  readonly ahead?: number
}

/** A line of time, one character for each column: the higher the bar, the more bytes came (by the square root). */
export function drawTrack(columns: readonly Column[], { signs, ahead = 0 }: TrackOptions): TrackRun[] {
  const most = Math.max(...columns.map(({ bytes }) => bytes), 1)
  const runs: { kind: TrackRun['kind']; text: string }[] = []
  for (const [index, column] of columns.entries()) {
    const kind = index >= columns.length - ahead && column.blocks === 0 ? 'ahead' : kindOf(column)
    const text = { quiet: signs.baseline, ahead: ' ', blocks: barOf(column, most, signs) }[kind]
    const last = runs.at(-1)
    if (last?.kind === kind) last.text += text
    else runs.push({ kind, text })
  }
  return runs
}

function kindOf({ blocks }: Column): 'quiet' | 'blocks' {
  return blocks > 0 ? 'blocks' : 'quiet'
}

function barOf({ bytes }: Column, most: number, { bars }: TrackSigns): string {
  const level = Math.ceil(Math.sqrt(bytes / most) * bars.length)
  return bars[Math.max(level - 1, 0)] ?? ''
}
