import { toPlainText } from '../to-plain-text.ts'

/**
 * Breaks text at its spaces, so that no line is wider, but for a word that is; what follows is indented. What a terminal
 * would obey is taken out.
 */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of holdTogether(toPlainText(text)).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].map((one) => one.replaceAll(noBreak, ' '))
}

const noBreak = '\u00A0'

// A number stays with its unit.
function holdTogether(text: string): string {
  return text.replaceAll(/(\d) (?=(?:ms|s|min|[kMGT]?B)\b)/g, `$1${noBreak}`)
}
