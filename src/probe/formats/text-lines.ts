import type { Findings, TextFormat } from './text-format.ts'

/** Counts the lines of plain text. Text may end anywhere. */
export class TextLines implements TextFormat {
  readonly unitName = 'lines'
  readonly isInside = false

  read(text: string): number {
    let count = 0
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
    return count
  }

  finish(): Findings {
    return { faults: [], hints: [] }
  }
}
