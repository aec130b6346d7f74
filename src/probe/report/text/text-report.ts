import type { ProbedConnection, ProbeReport } from '../../measurement.ts'
import type { TerminalStyle } from '../../timeline/terminal-style.ts'
import { adviseOnReport } from '../../through/advise.ts'
import type { ThroughReport } from '../../through/probe-through.ts'
import { formatBytes, formatCount } from '../format-bytes.ts'
import { formatTime } from '../format-time.ts'
import { verdictNames } from '../verdict-names.ts'
import { drawAdvice } from './draw-advice.ts'
import { drawExpectations } from './draw-expectations.ts'
import { drawFacts, drawFactTable } from './draw-facts.ts'
import { drawList } from './draw-list.ts'
import { drawReplies } from './draw-replies.ts'
import { drawVerdict } from './draw-verdict.ts'
import { toPlainText } from '../to-plain-text.ts'
import { worstOf } from '../worst-of.ts'
import { wrapText } from './wrap-text.ts'

// More lines than this nobody reads; the others are counted.
const mostConnections = 12

/** What a probe tells, for a terminal; without colours it is plain text. */
export function formatTextReport(report: ProbeReport, style: TerminalStyle): string {
  const worst = worstOf(report)
  const held = adviseOnReport(report)
  return toText([
    drawTitle(`${report.method} ${report.url}`, style),
    '',
    ...drawVerdict(report.verdict, style),
    ...drawReplies(toReplies(report.connections), style),
    ...(report.connections.length > 1 ? ['', ...drawConnections(report.connections, style)] : []),
    ...(worst.measurement ? ['', ...drawFacts(worst.measurement, style)] : []),
    ...drawList('Why', report.verdict.evidence, style),
    ...drawExpectations(report.connections, style),
    ...drawAdvice(held, style),
    ...(held.length > 0
      ? drawList('Is it the server, or what stands before it?', [hint(report.url)], style)
      : []),
  ])
}

function hint(url: string): string {
  return `This tells: millrace probe <the address of the server itself> --through ${url}`
}

/** What a probe through a proxy tells, for a terminal. */
export function formatThroughText(report: ThroughReport, style: TerminalStyle): string {
  const { direct, through, comparison } = report
  const replies = [
    { label: 'direct', measurement: worstOf(direct).measurement },
    { label: 'through', measurement: worstOf(through).measurement },
  ]
  return toText([
    drawTitle(`${direct.method} ${direct.url}`, style),
    drawTitle(`through ${through.url}`, style),
    '',
    ...drawVerdict(comparison, style),
    ...drawReplies(replies, style),
    '',
    ...drawFactTable(replies, style),
    '',
    ...drawSide('direct', direct, style),
    ...drawSide('through', through, style),
    ...drawList('Why', comparison.evidence, style),
    ...drawExpectations(through.connections, style),
    ...drawAdvice(comparison.advice, style),
  ])
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

function drawTitle(title: string, { width, paint }: TerminalStyle): string {
  const text = toPlainText(title)
  return `  ${paint.quiet(text.length > width - 2 ? `${text.slice(0, width - 3)}…` : text)}`
}

function drawSide(name: string, report: ProbeReport, style: TerminalStyle): string[] {
  const { line, isGood } = report.verdict
  const sign = isGood ? style.paint.good(style.signs.good) : style.paint.bad(style.signs.bad)
  const [first = '', ...rest] = wrapText(`${name}: ${line}`, style.width - 6)
  return [`  ${sign} ${first}`, ...rest.map((more) => `    ${more}`)]
}

function toReplies(connections: readonly ProbedConnection[]) {
  return connections
    .slice(0, mostConnections)
    .map(({ measurement }, index) => ({ label: connections.length > 1 ? `#${index + 1}` : '', measurement }))
}

function drawConnections(connections: readonly ProbedConnection[], style: TerminalStyle): string[] {
  const shown = connections.slice(0, mostConnections)
  const lines = shown.map((one, index) => drawConnection(one, index, style))
  const more = connections.length - shown.length
  return more > 0 ? [...lines, `  ${style.paint.quiet(`and ${formatCount(more)} more`)}`] : lines
}

function drawConnection(
  { verdict, measurement }: ProbedConnection,
  index: number,
  style: TerminalStyle,
): string {
  const { signs, paint, width } = style
  const sign = verdict.isGood ? paint.good(signs.good) : paint.bad(signs.bad)
  const figures = measurement && [
    `${formatCount(measurement.blockCount)} ${measurement.blockCount === 1 ? 'block' : 'blocks'}`,
    formatBytes(measurement.bytes),
    ...(measurement.gaps.longest === undefined
      ? []
      : [`longest gap ${formatTime(measurement.gaps.longest)}`]),
  ]
  const text = [`#${index + 1}`.padEnd(4) + verdictNames[verdict.kind], ...(figures ?? [])].join(
    signs.between,
  )
  return `  ${sign} ${text.slice(0, width - 6)}`
}
