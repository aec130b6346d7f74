import type { Verdict } from '../../measurement.ts'
import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { wrapText } from './wrap-text.ts'

/** A line that says at once whether it is good. */
export function drawVerdict(verdict: Pick<Verdict, 'line' | 'isGood'>, style: TerminalStyle): string[] {
  const sign = verdict.isGood ? style.signs.good : style.signs.bad
  const paint = verdict.isGood ? style.paint.good : style.paint.bad
  return wrapText(`${sign} ${verdict.line}`, style.width - 2, '  ').map(
    (line) => `  ${style.paint.strong(paint(line))}`,
  )
}
