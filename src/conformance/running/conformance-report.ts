import type { ClientProtocol } from '../../client/connection.ts'
import type { CaseKind, CaseResult } from '../case-result.ts'
import type { ConformanceCase, Guarantee } from '../conformance-case.ts'

/** What one case has seen, and what it was about. */
export interface CaseReport extends Omit<CaseResult, 'isDoubtful'> {
  readonly guarantee: Guarantee
  readonly name: string
  readonly title: string
  readonly why: string
  /** Milliseconds. */
  readonly took: number
  /** How often it was run: what is broken is looked at twice. */
  readonly runs: number
}

/** One cell for a guarantee: the worst of its cases. */
export interface GuaranteeReport {
  readonly guarantee: Guarantee
  readonly kind: CaseKind
  /** Of the first case of this kind. */
  readonly figure: string
  /** How many of its cases were kept, of those that the server offers. */
  readonly kept: number
  readonly offered: number
}

/** What the suite has seen of a server; plain JSON. */
export interface ConformanceReport {
  readonly url: string
  readonly protocol: ClientProtocol
  /** When it began, ISO 8601. */
  readonly when: string
  /** Milliseconds. */
  readonly took: number
  readonly cases: readonly CaseReport[]
  /** Only those that were asked about. */
  readonly guarantees: readonly GuaranteeReport[]
  /** True when all that is offered was kept, and something was. */
  readonly isKept: boolean
}

export interface ReportFacts {
  readonly url: URL
  readonly protocol: ClientProtocol
  readonly when: Date
  readonly took: number
  readonly cases: readonly CaseReport[]
}

/** Puts the results of cases together. */
export function toConformanceReport({ url, protocol, when, took, cases }: ReportFacts): ConformanceReport {
  const grouped = Map.groupBy(cases, ({ guarantee }) => guarantee)
  return {
    url: url.href,
    protocol,
    when: when.toISOString(),
    took: Math.round(took),
    cases,
    guarantees: [...grouped].map(([guarantee, ofIt]) => toGuaranteeReport(guarantee, ofIt)),
    isKept: cases.some(({ kind }) => kind === 'kept') && cases.every(({ kind }) => isFine(kind)),
  }
}

/** What a case that has thrown is reported as, and any other. */
export function toCaseReport(
  { guarantee, name, title, why }: ConformanceCase,
  { kind, figure, evidence }: CaseResult,
  { took, runs }: { took: number; runs: number },
): CaseReport {
  return { guarantee, name, title, why, kind, figure, evidence, took: Math.round(took), runs }
}

const worstFirst: readonly CaseKind[] = ['broken', 'could not run', 'kept', 'not offered']

function toGuaranteeReport(guarantee: Guarantee, cases: readonly CaseReport[]): GuaranteeReport {
  const kind = worstFirst.find((one) => cases.some((report) => report.kind === one)) ?? 'not offered'
  return {
    guarantee,
    kind,
    figure: cases.find((report) => report.kind === kind)?.figure ?? '',
    kept: cases.filter((report) => report.kind === 'kept').length,
    offered: cases.filter((report) => report.kind !== 'not offered').length,
  }
}

function isFine(kind: CaseKind): boolean {
  return kind === 'kept' || kind === 'not offered'
}
