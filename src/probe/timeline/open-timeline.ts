import { PlainTimeline } from './plain-timeline.ts'
import { TerminalTimeline } from './terminal-timeline.ts'
import { toTerminalStyle } from './terminal-style.ts'
import type { Timeline, TimelineOutput } from './timeline.ts'
import { Track } from './track.ts'

export interface TimelineInit {
  readonly output: TimelineOutput
  /** A label for each reply. The default is one without a label. */
  readonly labels?: readonly string[]
  readonly title: string
  readonly isColored?: boolean | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Opens a timeline: drawn over and over on a terminal, or told in plain lines, one a second at most. Close it. */
export function openTimeline(init: TimelineInit): Timeline {
  const { output, environment, isColored, title } = init
  const tracks = (init.labels ?? ['']).map((label) => new Track(label))
  if (output.isTTY !== true || environment['TERM'] === 'dumb')
    return new PlainTimeline({ output, tracks, title })
  const style = () => toTerminalStyle({ isTTY: true, columns: output.columns, environment, isColored })
  return new TerminalTimeline({ output, tracks, style, title })
}
