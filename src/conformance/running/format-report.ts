import type { CaseKind } from '../case-result.ts'
import type { CaseReport, ConformanceReport } from './conformance-report.ts'

/** Paints text, or gives it back as it is. */
export interface Colours {
  green(text: string): string
  red(text: string): string
  yellow(text: string): string
  dim(text: string): string
  bold(text: string): string
}

const marks: Readonly<Record<CaseKind, { mark: string; paint: keyof Colours }>> = {
  kept: { mark: '✓', paint: 'green' },
  broken: { mark: '✗', paint: 'red' },
  'not offered': { mark: '–', paint: 'dim' },
  'could not run': { mark: '?', paint: 'yellow' },
}

const WIDEST = 76

/** One line for a case, and for what is not kept the evidence below it. */
export function formatCase(report: CaseReport, colours: Colours): string {
  const { kind, figure, evidence, guarantee, name, title } = report
  const { mark, paint } = marks[kind]
  const shown = kind === 'kept' || kind === 'broken' ? figure : kind
  const titleText = title.length > WIDEST ? `${title.slice(0, WIDEST - 1)}…` : title
  const line = `${colours[paint](mark)} ${guarantee.padEnd(4)}${titleText.padEnd(WIDEST + 2)}${colours[paint](shown)}`
  if (kind === 'kept') return line
  return [line, ...[name, ...evidence].map((text) => colours.dim(`       ${text}`))].join('\n')
}

/** The whole report as a table, with a sum below it. */
export function formatReport(report: ConformanceReport, colours: Colours): string {
  const { cases, url, protocol, took } = report
  const count = (kind: CaseKind) => cases.filter((one) => one.kind === kind).length
  const sums = (['kept', 'broken', 'not offered', 'could not run'] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => colours[marks[kind].paint](`${count(kind)} ${kind}`))
  return [
    colours.bold(`${url} over ${protocol}`),
    '',
    ...cases.map((one) => formatCase(one, colours)),
    '',
    `${sums.join(', ')} ${colours.dim(`in ${(took / 1000).toFixed(1)} s`)}`,
  ].join('\n')
}
