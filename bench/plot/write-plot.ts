import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DelayRow } from '../delays.ts'
import type { DelayCase } from '../stream-cases.ts'
import { plotArrivals } from './plot-arrivals.ts'

const file = join(import.meta.dirname, '../../docs/arrivals.svg')

/** Draws the arrivals to docs/arrivals.svg where every contestant was measured; says what it did. */
export function writePlot({ contestants }: DelayCase, rows: readonly DelayRow[]): string {
  const replies = rows.flatMap(({ label, shown }) =>
    shown === undefined ? [] : [{ label, arrivals: shown }],
  )
  const missing = contestants.filter(({ label }) => !replies.some((reply) => reply.label === label))
  if (missing.length > 0) {
    const names = missing.map(({ label }) => label).join(', ')
    return `docs/arrivals.svg is left as it was, because these are missing: ${names}.`
  }
  writeFileSync(file, plotArrivals(replies))
  return 'Drawn to docs/arrivals.svg.'
}
