import type { CaseKind } from '../src/conformance/case-result.ts'
import type { Guarantee } from '../src/conformance/conformance-case.ts'
import type { Row, SeenCase } from './scoreboard.ts'

/** What stands where a row and a guarantee meet. */
export interface GuaranteeCell {
  readonly kind: CaseKind
  /** The first case of this kind, without its number; empty where there is none. */
  readonly name: string
  /** Of that case. */
  readonly figure: string
  readonly kept: number
  /** Cases that the server has the endpoints for, of which something can be said. */
  readonly offered: number
}

const worstFirst: readonly CaseKind[] = ['broken', 'could not run', 'kept', 'not offered']

/** The worst of a guarantee's cases, with its figure, and how many were kept. */
export function toCell(row: Row, guarantee: Guarantee): GuaranteeCell {
  const cases = row.cases.filter((one) => one.guarantee === guarantee)
  const kind = worstFirst.find((one) => count(cases, one) > 0) ?? 'not offered'
  const first = cases.find((one) => one.kind === kind)
  return {
    kind,
    name: first?.name.replace(/^g\d+-/, '') ?? '',
    figure: first?.figure ?? '–',
    kept: count(cases, 'kept'),
    offered: cases.length - count(cases, 'not offered'),
  }
}

/** A mark for a cell: kept, broken, not offered, or nothing can be said. */
export const marks: Readonly<Record<CaseKind, string>> = {
  kept: '✓',
  broken: '✗',
  'not offered': '–',
  'could not run': '?',
}

function count(cases: readonly SeenCase[], kind: CaseKind): number {
  return cases.filter((one) => one.kind === kind).length
}
