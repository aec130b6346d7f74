import { writeFile } from 'node:fs/promises'
import type { ProbeOptions, ProbeReport } from '../measurement.ts'
import { formatTextReport, formatThroughText } from '../report/text/text-report.ts'
import { type Side, probeThrough, type ThroughReport } from '../through/probe-through.ts'
import { openTimeline } from '../timeline/open-timeline.ts'
import { type TerminalStyle, toTerminalStyle } from '../timeline/terminal-style.ts'
import { noTimeline, type Timeline, type TimelineOutput } from '../timeline/timeline.ts'
import { drawVerdict } from '../report/text/draw-verdict.ts'
import type { ProbeSettings } from './read-settings.ts'
import { UsageError } from './usage-error.ts'

/** What a run of the command is given by its process. */
export interface Surroundings {
  readonly stdout: TimelineOutput
  readonly stderr: TimelineOutput
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Ends the measuring; what has come by then is judged. */
  readonly signal: AbortSignal
  readonly probe: (url: URL, options: ProbeOptions) => Promise<ProbeReport>
  /** Told the code before anything is written: whoever reads the report may leave in the middle of it. */
  readonly tellCode: (code: ExitCode) => void
}

/** 0: good. 1: held, cut, silent, or not as expected. 2: the server could not be asked, or the use is wrong. */
export type ExitCode = 0 | 1 | 2

type Outcome = { kind: 'alone'; report: ProbeReport } | { kind: 'through'; report: ThroughReport }

/**
 * Measures, shows it while it goes on, tells the exit code, and writes the report: text or JSON to `stdout`, the page to
 * its file.
 */
export async function runProbe(settings: ProbeSettings, surroundings: Surroundings): Promise<void> {
  const outcome = await measure(settings, surroundings)
  const { stdout, environment, tellCode } = surroundings
  tellCode(toExitCode(outcome))
  const style = toTerminalStyle({
    columns: stdout.columns,
    isTTY: stdout.isTTY,
    isColored: settings.isColored,
    environment,
  })
  stdout.write(
    settings.isJson ? `${JSON.stringify(outcome.report, undefined, 2)}\n` : toText(outcome, settings, style),
  )
  if (settings.html !== undefined) await writePage(settings.html, outcome)
}

async function measure(settings: ProbeSettings, surroundings: Surroundings): Promise<Outcome> {
  const timeline = openFor(settings, surroundings)
  const { signal, probe } = surroundings
  const options = { ...settings.options, signal }
  try {
    const { url, through, throughHeaders, isInTurn } = settings
    if (through) {
      const sides: readonly Side[] = ['direct', 'through']
      const report = await probeThrough(url, through, {
        ...options,
        probe,
        throughHeaders,
        isInTurn,
        onHead: (head, side) => timeline.addHead(sides.indexOf(side), head),
        onBlock: (block, side) => timeline.addBlock(sides.indexOf(side), block),
      })
      return { kind: 'through', report }
    }
    const onHead: ProbeOptions['onHead'] = (head, index) => timeline.addHead(index, head)
    const onBlock: ProbeOptions['onBlock'] = (block, index) => timeline.addBlock(index, block)
    return { kind: 'alone', report: await probe(url, { ...options, onHead, onBlock }) }
  } finally {
    timeline.close()
  }
}

function openFor(settings: ProbeSettings, { stderr, environment }: Surroundings): Timeline {
  if (settings.isQuiet) return noTimeline
  const { url, through, options, isColored } = settings
  const count = options.connections ?? 1
  const method = options.method ?? (options.body === undefined ? 'GET' : 'POST')
  const title = `${method} ${url.href}${through ? `  through ${through.href}` : ''}`
  return openTimeline({
    output: stderr,
    labels: toLabels(count, through !== undefined),
    title,
    isColored,
    environment,
  })
}

function toLabels(count: number, isThrough: boolean): string[] {
  if (isThrough) return ['direct', 'through']
  return count === 1 ? [''] : Array.from({ length: count }, (_, index) => `#${index + 1}`)
}

function toText(outcome: Outcome, { isQuiet }: ProbeSettings, style: TerminalStyle): string {
  const verdict = outcome.kind === 'alone' ? outcome.report.verdict : outcome.report.comparison
  if (isQuiet) return `${drawVerdict({ ...verdict, isGood: outcome.report.isGood }, style).join('\n')}\n`
  const text =
    outcome.kind === 'alone'
      ? formatTextReport(outcome.report, style)
      : formatThroughText(outcome.report, style)
  return `\n${text}\n`
}

// The page and its templates are loaded only where somebody wants one.
async function writePage(path: string, outcome: Outcome): Promise<void> {
  const { formatHtmlReport, formatThroughHtml } = await import('../report/page/html-report.ts')
  const page = await (outcome.kind === 'alone'
    ? formatHtmlReport(outcome.report)
    : formatThroughHtml(outcome.report))
  try {
    await writeFile(path, page)
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${String(error)}`, { cause: error })
  }
}

function toExitCode({ kind, report }: Outcome): ExitCode {
  const verdict = kind === 'alone' ? report.verdict.kind : report.comparison.kind
  if (verdict === 'failed') return 2
  return report.isGood ? 0 : 1
}
