import type { Measurement } from '../../measurement.ts'
import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { toFacts } from '../to-facts.ts'
import type { LabelledReply } from './draw-replies.ts'
import { wrapText } from './wrap-text.ts'

/** The figures of a reply, one a line. */
export function drawFacts(measurement: Measurement, style: TerminalStyle): string[] {
  return drawRows(
    toFacts(measurement).map(({ name, text }) => [name, text]),
    style,
  )
}

/** The figures of replies beside each other, with a heading for each. */
export function drawFactTable(replies: readonly LabelledReply[], style: TerminalStyle): string[] {
  const columns = replies.map(({ label, measurement }) => ({
    label,
    facts: new Map(measurement ? toFacts(measurement).map(({ name, text }) => [name, text]) : []),
  }))
  const names = new Set(columns.flatMap(({ facts }) => [...facts.keys()]))
  const rows = [...names].map((name) => [name, ...columns.map(({ facts }) => facts.get(name) ?? '')])
  return drawRows([['', ...columns.map(({ label }) => label)], ...rows], style)
}

// The first cell of a row is its name; the others share what there is of the width.
function drawRows(rows: readonly (readonly string[])[], style: TerminalStyle): string[] {
  const margin = Math.max(...rows.map(([name = '']) => name.length)) + 2
  const cells = Math.max(...rows.map((row) => row.length)) - 1
  const width = Math.max(Math.floor((style.width - 2 - margin) / cells) - 2, 16)
  return rows.flatMap(([name = '', ...texts]) => {
    const wrapped = texts.map((text) => wrapText(text, width))
    const height = Math.max(...wrapped.map((lines) => lines.length))
    return Array.from({ length: height }, (_, index) => {
      const start = style.paint.quiet((index === 0 ? name : '').padEnd(margin))
      const line = wrapped.map((lines) => (lines[index] ?? '').padEnd(width + 2)).join('')
      return `  ${start}${name === '' ? style.paint.strong(line.trimEnd()) : line.trimEnd()}`
    })
  })
}
