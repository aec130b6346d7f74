import picocolors from 'picocolors'
import { asciiSigns, type TrackSigns, unicodeSigns } from './draw-track.ts'

/** How text looks on a terminal, and how much of it fits. */
export interface TerminalStyle {
  /** Columns that may be used, one less than there are: a full line wraps on some terminals. */
  readonly width: number
  readonly paint: Paint
  readonly signs: TerminalSigns
}

type Painter = (text: string) => string

/** What each kind of text is painted with; without colours it stays as it is. */
export interface Paint {
  readonly strong: Painter
  readonly quiet: Painter
  readonly blocks: Painter
  readonly good: Painter
  readonly bad: Painter
  readonly code: Painter
}

export interface TerminalSigns extends TrackSigns {
  readonly good: string
  readonly bad: string
  readonly point: string
  readonly between: string
  /** Before the head came. */
  readonly waiting: string
}

/** What a style is made from: a stream such as `process.stdout`, and the environment. */
export interface TerminalFacts {
  readonly columns?: number | undefined
  readonly isTTY?: boolean | undefined
  /** What the command line says. The default is what the terminal and the environment say. */
  readonly isColored?: boolean | undefined
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const unicode: TerminalSigns = {
  ...unicodeSigns,
  good: '✔',
  bad: '✖',
  point: '•',
  between: ' · ',
  waiting: '·',
}
const ascii: TerminalSigns = { ...asciiSigns, good: 'ok', bad: '!!', point: '*', between: ', ', waiting: '.' }

const widest = 110

/** The style for a stream; `NO_COLOR`, `FORCE_COLOR`, `TERM` and the locale are asked. */
export function toTerminalStyle(facts: TerminalFacts): TerminalStyle {
  const environment = facts.environment ?? {}
  return {
    width: Math.min(Math.max((facts.columns ?? 80) - 1, 20), widest),
    paint: createPaint(facts.isColored !== false && hasColors(facts, environment)),
    signs: speaksUnicode(environment) ? unicode : ascii,
  }
}

// https://no-color.org: any value but the empty one.
function hasColors(
  { isTTY }: TerminalFacts,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (environment['NO_COLOR']) return false
  const { FORCE_COLOR: forced } = environment
  if (forced !== undefined && forced !== '') return forced !== '0'
  return isTTY === true && environment['TERM'] !== 'dumb'
}

// The console of Linux has a font of 512 signs. Where no locale is told, the default of today is UTF-8.
function speaksUnicode(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment['TERM'] === 'linux' || environment['TERM'] === 'dumb') return false
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || ''
  return locale === '' || locale === 'C' || locale === 'POSIX' || /utf-?8/i.test(locale)
}

function createPaint(isColored: boolean): Paint {
  const colors = picocolors.createColors(isColored)
  return {
    strong: colors.bold,
    quiet: colors.dim,
    blocks: colors.cyan,
    good: colors.green,
    bad: colors.red,
    code: colors.yellow,
  }
}
