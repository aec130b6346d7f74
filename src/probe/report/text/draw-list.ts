import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { wrapText } from './wrap-text.ts'

/** Sentences under a heading; nothing where there are none. */
export function drawList(heading: string, sentences: readonly string[], style: TerminalStyle): string[] {
  if (sentences.length === 0) return []
  return ['', `  ${style.paint.strong(heading)}`, ...sentences.flatMap((text) => drawPoint(text, style))]
}

function drawPoint(text: string, { width, paint, signs }: TerminalStyle): string[] {
  return wrapText(text, width - 4).map(
    (line, index) => `  ${index === 0 ? paint.quiet(signs.point) : ' '.repeat(signs.point.length)} ${line}`,
  )
}
