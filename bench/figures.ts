import { judgeDelays } from './delay-figures.ts'
import type { DelayRow } from './delays.ts'
import type { MemoryRow } from './memory.ts'
import type { SpeedRow } from './speed.ts'
import { formatRatio } from './table.ts'

/** The rows that were measured, by the name of their case. */
export interface Results {
  speed: Record<string, SpeedRow[]>
  memory: Record<string, MemoryRow[]>
  delay: Record<string, DelayRow[]>
}

/** One figure that millrace is to reach, and whether it did. */
export interface Verdict {
  figure: string
  measured: string
  outcome: 'pass' | 'FAIL' | 'not measured'
}

interface Speed {
  test: string
  row: string
  than: string
  least: number
}

const speeds: Speed[] = [
  { test: 'strict', row: 'millrace block', than: 'go', least: 0.6 },
  { test: 'strict-shared', row: 'millrace thread', than: 'go', least: 3 },
  { test: 'strict-shared', row: 'millrace thread', than: 'fastify', least: 2 },
  { test: 'strict-shared', row: 'millrace thread', than: 'millrace block', least: 10 },
  { test: 'strict-shared', row: 'millrace thread, async', than: 'millrace block', least: 5 },
  { test: 'turn', row: 'millrace turn', than: 'fastify', least: 2.5 },
  { test: 'turn', row: 'millrace turn', than: 'go', least: 1.3 },
  { test: 'csv', row: 'millrace', than: 'fastify', least: 4 },
  { test: 'csv', row: 'millrace', than: 'go', least: 1 },
  { test: 'hello', row: 'millrace', than: 'fastify', least: 0.95 },
  { test: 'hello-shared', row: 'millrace thread', than: 'millrace', least: 0.6 },
  { test: 'large', row: 'millrace', than: 'fastify', least: 1 },
]

const memories = [
  { test: 'memory-fast', row: 'millrace block', most: 16e6, unit: 'MB', size: 1e6 },
  { test: 'memory-fast', row: 'millrace turn', most: 16e6, unit: 'MB', size: 1e6 },
  { test: 'memory-stalled', row: 'millrace block', most: 16e6, unit: 'MB', size: 1e6 },
  { test: 'memory-stalled', row: 'millrace turn', most: 16e6, unit: 'MB', size: 1e6 },
  { test: 'memory-idle', row: 'millrace', most: 16e3, unit: 'kB', size: 1e3 },
  { test: 'memory-idle', row: 'millrace thread', most: 20e3, unit: 'kB', size: 1e3 },
]

const keepers = [
  { test: 'strict', row: 'millrace block' },
  { test: 'strict-shared', row: 'millrace thread' },
  { test: 'strict-shared', row: 'millrace thread, async' },
]

/** Holds what was measured against the figures that the project has set itself. */
export function judge(results: Results): Verdict[] {
  return [
    ...keepers.map((keeper) => judgeG1(results, keeper)),
    ...speeds.map((figure) => judgeSpeed(results, figure)),
    ...judgeMemory(results),
    ...judgeDelays(results.delay),
  ]
}

function judgeG1({ speed }: Results, { test, row }: { test: string; row: string }): Verdict {
  const figure = `${test}: each block of ${row} leaves before the application goes on`
  const notes = speed[test]?.find(({ label }) => label === row)?.notes
  if (notes === undefined) return { figure, measured: '', outcome: 'not measured' }
  return { figure, measured: notes.join('; '), outcome: notes.includes('keeps G1') ? 'pass' : 'FAIL' }
}

function judgeSpeed({ speed }: Results, { test, row, than, least }: Speed): Verdict {
  const figure = `${test}: ${row} ≥ ${least} × ${than}`
  const find = (wanted: string) => speed[test]?.find(({ label }) => label === wanted)
  const [ours, theirs] = [find(row), find(than)]
  if (ours === undefined || theirs === undefined || Number.isNaN(theirs.median)) {
    return { figure, measured: '', outcome: 'not measured' }
  }
  const ratio = ours.median / theirs.median
  return { figure, measured: formatRatio(ratio), outcome: ratio >= least ? 'pass' : 'FAIL' }
}

function judgeMemory({ memory }: Results): Verdict[] {
  return memories.map(({ test, row, most, unit, size }) => {
    const figure = `${test}: ${row} ≤ ${most / size} ${unit}`
    const found = memory[test]?.find(({ label }) => label === row)
    if (found === undefined) return { figure, measured: '', outcome: 'not measured' }
    const measured = `${(found.growth / size).toFixed(1)} ${unit}`
    return { figure, measured, outcome: found.growth <= most ? 'pass' : 'FAIL' }
  })
}
