import { collectText } from '../../../body/collect.ts'
import { html, type Html } from '../../../html/html.ts'
import type { Measurement, ProbedConnection, ProbeReport } from '../../measurement.ts'
import { type Advice, adviseOnReport } from '../../through/advise.ts'
import type { ThroughReport } from '../../through/probe-through.ts'
import { formatBytes, formatCount } from '../format-bytes.ts'
import { formatTime } from '../format-time.ts'
import { pageStyle } from './page-style.ts'
import { plotBlocks, plotBytes, type PlottedReply, tellReply } from './plot.ts'
import { toFacts } from '../to-facts.ts'
import { tellCrop } from '../tell-crop.ts'
import { verdictNames } from '../verdict-names.ts'
import { worstOf } from '../worst-of.ts'

const mostReplies = 12
const mostRows = 200

interface Page {
  readonly title: string
  readonly asked: readonly string[]
  readonly line: string
  readonly badge: string
  readonly isGood: boolean
  readonly evidence: readonly string[]
  readonly replies: readonly PlottedReply[]
  /** The replies whose figures are shown. */
  readonly told: readonly PlottedReply[]
  readonly connections: readonly ProbedConnection[]
  readonly advice: readonly Advice[]
  readonly when: string
}

/** The report as a page of HTML in one file, which asks for nothing from elsewhere. */
export function formatHtmlReport(report: ProbeReport): Promise<string> {
  const isAlone = report.connections.length === 1
  const replies = report.connections.slice(0, mostReplies).flatMap((one, index) => {
    return toReplies(isAlone ? 'the reply' : `#${index + 1}`, one)
  })
  return collectText(
    toPage({
      title: `${verdictNames[report.verdict.kind]}: ${report.url}`,
      asked: [`${report.method} ${report.url}`],
      line: report.verdict.line,
      badge: verdictNames[report.verdict.kind],
      isGood: report.isGood,
      evidence: report.verdict.evidence,
      replies,
      told: toReplies(isAlone ? 'the reply' : 'the worst reply', worstOf(report)),
      connections: report.connections,
      advice: adviseOnReport(report),
      when: report.when,
    }),
  )
}

/** The report of a probe through a proxy as a page of HTML in one file, which asks for nothing from elsewhere. */
export function formatThroughHtml({ direct, through, comparison, isGood }: ThroughReport): Promise<string> {
  const replies = [...toReplies('direct', worstOf(direct)), ...toReplies('through', worstOf(through))]
  return collectText(
    toPage({
      title: `${comparison.line}: ${through.url}`,
      asked: [`${direct.method} ${direct.url}`, `through ${through.url}`],
      line: comparison.line,
      badge: isGood ? 'Good' : 'Not good',
      isGood,
      evidence: comparison.evidence,
      replies,
      told: replies,
      connections: through.connections,
      advice: comparison.advice,
      when: direct.when,
    }),
  )
}

function toReplies(label: string, { verdict, measurement }: ProbedConnection): PlottedReply[] {
  return measurement ? [{ label, measurement, isGood: verdict.isGood }] : []
}

function toPage(page: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${page.title}</title>
<link rel="icon" href="data:,">
${pageStyle}
</head>
<body>
<main>
<header>
${page.asked.map((text) => html`<p>${text}</p>`)}
<h1>${page.line}</h1>
<span class="${['verdict', page.isGood ? 'good' : 'bad']}">${icon(page.isGood)}${page.badge}</span>
</header>
${page.replies.length > 0 ? arrivals(page.replies) : undefined}
${list('Why', page.evidence)}
${expectations(page.connections)}
${page.advice.length > 0 ? adviceSection(page.advice) : undefined}
${page.told.length > 0 ? figures(page.told) : undefined}
${page.connections.length > 1 ? connectionTable(page.connections) : undefined}
</main>
<footer>Measured at the socket by <code>millrace probe</code>, <time datetime="${page.when}">${page.when.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>.</footer>
</body>
</html>
`
}

function arrivals(replies: readonly PlottedReply[]): Html {
  return html`<section aria-labelledby="arrivals">
<h2 id="arrivals">Arrivals</h2>
${plotBlocks(replies)}
<h3>Bytes</h3>
${plotBytes(replies)}
<p class="key">${replies.map(({ label, isGood, measurement }) => html`<span class="${isGood ? 'good' : 'bad'}">${label}: ${tellReply({ measurement })}</span>`)}</p>
${replies.map(({ label, measurement }) => {
  const crop = tellCrop(measurement)
  return crop === undefined ? undefined : html`<p class="key">${label}: ${crop}</p>`
})}
${replies.map(blockTable)}
</section>`
}

function blockTable({ label, measurement }: PlottedReply): Html {
  const { blocks, blockCount } = measurement
  const shown = blocks.slice(0, mostRows)
  const more = blockCount > shown.length ? `, the first ${shown.length} of ${formatCount(blockCount)}` : ''
  return html`<details><summary>The blocks of ${label}${more}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="The blocks of ${label}"><table>
<thead><tr><th scope="col">block</th><th scope="col" class="number">came after</th><th scope="col" class="number">gap</th><th scope="col" class="number">bytes</th><th scope="col" class="number">decoded</th></tr></thead>
<tbody>${shown.map(
    (block, index) =>
      html`<tr><th scope="row">${index + 1}</th><td class="number">${formatTime(block.at)}</td><td class="number">${gapOf(blocks, index)}</td><td class="number">${formatBytes(block.bytes)}</td><td class="number">${formatBytes(block.decodedBytes)}</td></tr>`,
  )}</tbody></table></div></details>`
}

function gapOf(blocks: Measurement['blocks'], index: number): string {
  const [block, before] = [blocks[index], blocks[index - 1]]
  return block && before ? formatTime(block.at - before.at) : ''
}

function list(heading: string, sentences: readonly string[]): Html | undefined {
  if (sentences.length === 0) return undefined
  return html`<section><h2>${heading}</h2><ul>${sentences.map((text) => html`<li>${text}</li>`)}</ul></section>`
}

function expectations(connections: readonly ProbedConnection[]): Html | undefined {
  const results = connections.flatMap((one) => one.expectations)
  const worst = results.filter(
    ({ text, isMet }, index) =>
      results.findIndex((one) => one.text === text && one.isMet === isMet) === index &&
      (!isMet || !results.some((one) => one.text === text && !one.isMet)),
  )
  if (worst.length === 0) return undefined
  return html`<section><h2>Expected</h2><ul class="plain">${worst.map(
    ({ text, isMet, line }) =>
      html`<li>${icon(isMet)}<span class="heard">${isMet ? 'met' : 'not met'}: </span><code>${text}</code> ${line}</li>`,
  )}</ul></section>`
}

// Drawn, and not a letter: not every font has these. The words beside it say the same.
function icon(isGood: boolean): Html {
  const path = isGood ? 'M3 8.5 6.5 12 13 4.5' : 'M4 4 12 12 M12 4 4 12'
  return html`<svg class="${['icon', isGood ? 'good' : 'bad']}" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`
}

function adviceSection(advice: readonly Advice[]): Html {
  const isGuess = advice.some(({ field }) => field === undefined)
  return html`<section><h2>What usually does it</h2>
${isGuess ? html`<p>No field of the reply names the proxy. If it is one of these:</p>` : undefined}
${advice.map(
  ({
    server,
    field,
    settings,
  }) => html`<h3>${server}${field === undefined ? '' : html`, by <code>${field}</code>`}</h3>
<dl>${settings.map(
    ({ setting, where, why, source }) =>
      html`<dt><code>${setting}</code> ${where}</dt><dd>${why}. <a href="${source}" rel="noreferrer">${new URL(source).hostname}</a></dd>`,
  )}</dl>`,
)}</section>`
}

function figures(replies: readonly PlottedReply[]): Html {
  const columns = replies.map(
    ({ measurement }) => new Map(toFacts(measurement).map(({ name, text }) => [name, text])),
  )
  const names = [...new Set(columns.flatMap((facts) => [...facts.keys()]))]
  const heads = replies.map(({ label }) => html`<th scope="col">${label}</th>`)
  return html`<section><h2>Figures</h2><div class="scroll" tabindex="0" role="region" aria-label="Figures"><table>
${replies.length > 1 ? html`<thead><tr><td class="corner"></td>${heads}</tr></thead>` : undefined}
<tbody>${names.map(
    (name) =>
      html`<tr><th scope="row">${name}</th>${columns.map((facts) => html`<td>${facts.get(name) ?? ''}</td>`)}</tr>`,
  )}</tbody></table></div></section>`
}

function connectionTable(connections: readonly ProbedConnection[]): Html {
  return html`<section><h2>Connections</h2><div class="scroll" tabindex="0" role="region" aria-label="Connections"><table>
<thead><tr><th scope="col">#</th><th scope="col">verdict</th><th scope="col" class="number">blocks</th><th scope="col" class="number">bytes</th><th scope="col" class="number">longest gap</th></tr></thead>
<tbody>${connections.map(
    ({ verdict, measurement }, index) =>
      html`<tr><th scope="row">${index + 1}</th><td>${icon(verdict.isGood)}${verdictNames[verdict.kind]}</td><td class="number">${formatCount(measurement?.blockCount ?? 0)}</td><td class="number">${formatBytes(measurement?.bytes ?? 0)}</td><td class="number">${measurement?.gaps.longest === undefined ? '' : formatTime(measurement.gaps.longest)}</td></tr>`,
  )}</tbody></table></div></section>`
}
