import { formatDelay } from './delay-table.ts'
import type { DelayRow } from './delays.ts'
import type { Verdict } from './figures.ts'

interface Figure {
  test: string
  what: string
  /** Milliseconds. */
  value: (thread: DelayRow, inline: DelayRow | undefined) => number | undefined
  most: number
}

const figures: Figure[] = [
  { test: 'busy-many', what: 'p99', value: ({ delays }) => delays.p99, most: 5 },
  { test: 'busy-many', what: 'longest gap between heartbeats', value: gap, most: 150 },
  { test: 'busy-many', what: 'new connections answered, p99', value: answer, most: 50 },
  { test: 'latency', what: 'p50 above inline', value: aboveInline, most: 0.06 },
  { test: 'latency', what: 'p99', value: ({ delays }) => delays.p99, most: 0.5 },
]

/** Holds the delays of millrace with a transmitter thread against the figures that it is to reach. */
export function judgeDelays(delay: Record<string, DelayRow[]>): Verdict[] {
  return figures.map(({ test, what, value, most }) => {
    const figure = `${test}: millrace thread, ${what} ≤ ${inUnit(most)}`
    const find = (wanted: string) => delay[test]?.find(({ label }) => label === wanted)
    const found = find('millrace thread')
    const measured = found === undefined ? undefined : value(found, find('millrace inline'))
    if (measured === undefined) return { figure, measured: '', outcome: 'not measured' }
    return { figure, measured: inUnit(measured), outcome: measured <= most ? 'pass' : 'FAIL' }
  })
}

// What the way through the ring adds: the socket and the client take their time in both.
function aboveInline({ delays }: DelayRow, inline: DelayRow | undefined): number | undefined {
  return inline === undefined ? undefined : delays.p50 - inline.delays.p50
}

function gap({ crowd }: DelayRow): number | undefined {
  return crowd?.beats.longestGap
}

function answer({ crowd }: DelayRow): number | undefined {
  return crowd?.connections.answer.p99
}

/** Milliseconds with their unit, or microseconds where it is less than one. */
export function inUnit(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '–'
  return milliseconds < 1 ? `${formatDelay(milliseconds * 1000)} µs` : `${formatDelay(milliseconds)} ms`
}
