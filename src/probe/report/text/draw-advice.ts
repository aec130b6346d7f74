import type { Advice } from '../../through/advise.ts'
import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { wrapText } from './wrap-text.ts'

/** The settings to look at, with where and why. */
export function drawAdvice(advice: readonly Advice[], style: TerminalStyle): string[] {
  const { paint, width } = style
  const isGuess = advice.some(({ field }) => field === undefined)
  const heading = isGuess
    ? 'What usually does it; no field of the reply names the proxy'
    : 'What usually does it'
  const lines = advice.flatMap(({ server, settings }) => [
    '',
    `  ${paint.quiet(server)}`,
    ...settings.flatMap(({ setting, where, why, source }) => [
      ...wrapCode(setting, where, style),
      ...wrapText(why, width - 6).map((line) => `      ${line}`),
      `      ${paint.quiet(source)}`,
    ]),
  ])
  return lines.length === 0
    ? []
    : ['', ...wrapText(heading, width - 2).map((line) => `  ${paint.strong(line)}`), ...lines]
}

function wrapCode(setting: string, where: string, { width, paint }: TerminalStyle): string[] {
  const [first = '', ...rest] = wrapText(`${setting}  ${where}`, width - 4)
  const isWhole = first.startsWith(setting)
  const start = isWhole
    ? `    ${paint.code(setting)}${first.slice(setting.length)}`
    : `    ${paint.code(first)}`
  return [start, ...rest.map((line) => `      ${line}`)]
}
