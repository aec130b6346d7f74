import type { ExpectationResult, ProbedConnection } from '../../measurement.ts'
import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { wrapText } from './wrap-text.ts'

/** What was expected, and whether it came so; of several connections, what the worst did. */
export function drawExpectations(connections: readonly ProbedConnection[], style: TerminalStyle): string[] {
  const worst = new Map<string, ExpectationResult>()
  for (const result of connections.flatMap(({ expectations }) => expectations)) {
    if (!worst.has(result.text) || !result.isMet) worst.set(result.text, result)
  }
  const lines = [...worst.values()].flatMap((result) => drawExpectation(result, style))
  return lines.length === 0 ? [] : ['', `  ${style.paint.strong('Expected')}`, ...lines]
}

function drawExpectation({ text, isMet, line }: ExpectationResult, style: TerminalStyle): string[] {
  const { signs, paint, width } = style
  const sign = isMet ? paint.good(signs.good) : paint.bad(signs.bad)
  const [first = '', ...rest] = wrapText(`${text}: ${line}`, width - 6)
  return [`  ${sign} ${first}`, ...rest.map((more) => `    ${more}`)]
}
