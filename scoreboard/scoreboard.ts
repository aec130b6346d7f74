import type { CaseReport } from '../src/conformance/running/conformance-report.ts'

/** How the rows of the board are put together. */
export const groups = ['millrace', 'Node.js', 'Go', 'Python', 'behind nginx'] as const

export type Group = (typeof groups)[number]

/** What a case has shown, as the board keeps it; the evidence only where it was not kept. */
export type SeenCase = Pick<CaseReport, 'guarantee' | 'name' | 'kind' | 'figure' | 'evidence'>

/** A peer that was asked, or that could not be. */
export interface Row {
  readonly name: string
  readonly title: string
  readonly group: Group
  /** Package by package. */
  readonly versions: Readonly<Record<string, string>>
  /** ISO 8601. */
  readonly when: string
  /** Empty where the peer could not be asked. */
  readonly cases: readonly SeenCase[]
  /** Why it could not be asked. */
  readonly missing?: string
}

/** Everything that a run has seen; plain JSON. */
export interface Scoreboard {
  /** In words: cores, memory, system. */
  readonly machine: string
  readonly rows: readonly Row[]
}

/** Puts rows that were asked again in the place of the old ones, in the order of `names`; rows of no peer are dropped. */
export function mergeRows(old: readonly Row[], fresh: readonly Row[], names: readonly string[]): Row[] {
  const all = new Map([...old, ...fresh].map((row) => [row.name, row]))
  return names.flatMap((name) => all.get(name) ?? [])
}
