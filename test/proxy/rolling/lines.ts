/** Lines of one streamed reply. */
export const LINES = 60

export function toLine(index: number): string {
  return `line ${index}\n`
}

/** The whole body. */
export const allLines = Array.from({ length: LINES }, (_, index) => toLine(index)).join('')
