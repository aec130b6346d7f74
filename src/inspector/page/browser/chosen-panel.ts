// What is shown of the reply that was chosen: its facts, and when its blocks left.
import type { BlockRun, EndedReply, InspectedProcess, LiveReply } from '../../inspector-event.ts'
import { BlockSeries, type Point } from '../model/block-series.ts'
import { describeEnding } from '../model/describe-ending.ts'
import { describeWait } from '../model/describe-wait.ts'
import { formatBytes, formatClock, formatCount, formatDuration } from '../model/format.ts'
import { createElement, findElement, setText } from './find-element.ts'
import { Timeline } from './timeline.ts'

/** A reply that can be chosen: one in flight, or one that has ended. */
export type Choice = LiveReply | EndedReply

const listedBlocks = 20

// Of several workers each knows its own replies, and a new connection may come to another: it is tried again.
const mostTries = 20
const retryAfter = 100

/** Shows one reply at a time. */
export class ChosenPanel {
  readonly #changed: (ended?: EndedReply) => void
  readonly #section = findElement('timeline', HTMLElement)
  readonly #figure = findElement('timeline-figure', HTMLElement)
  readonly #facts = findElement('timeline-facts', HTMLDListElement)
  readonly #note = findElement('timeline-note', HTMLElement)
  readonly #cursor = findElement('plot-cursor', HTMLElement)
  #timeline: Timeline | undefined
  #choice: Choice | undefined
  #series: BlockSeries | undefined
  #source: EventSource | undefined
  #retry: number | undefined

  /** `changed` is called when there are new blocks to show, and when the chosen reply has ended. */
  constructor(changed: (ended?: EndedReply) => void) {
    this.#changed = changed
  }

  /** The id of the reply that is shown. */
  get chosen(): number | undefined {
    return this.#choice?.id
  }

  /** Shows a reply of a process, or none. */
  choose(choice: Choice | undefined, from?: InspectedProcess): void {
    this.#source?.close()
    this.#source = undefined
    window.clearTimeout(this.#retry)
    this.#series = undefined
    this.#choice = choice
    setText(findElement('timeline-name', HTMLElement), choice ? `${choice.method} ${choice.path}` : '')
    findElement('timeline-empty', HTMLElement).hidden = choice !== undefined
    findElement('timeline-close', HTMLButtonElement).hidden = choice === undefined
    this.#facts.hidden = choice === undefined
    this.#figure.hidden = true
    this.#section.classList.toggle('chosen', choice !== undefined)
    if (!choice) return
    this.#section.scrollIntoView({ block: 'nearest' })
    if ('how' in choice || !from) return
    this.#series = new BlockSeries(choice.startedAt)
    const url = this.#section.dataset['blocks'] ?? ''
    this.#watch(`${url}?reply=${choice.id}&pid=${from.pid}`, from.worker === null ? 1 : mostTries)
  }

  /** Shows the chosen reply as it is now: in flight, ended, or as it was, where neither is known. */
  show(choice: Choice | undefined, now: number): void {
    if (!this.#choice) return
    // Where the page is paused, the list is older than what the stream of blocks has said at its end.
    if (choice && ('how' in choice || !('how' in this.#choice))) this.#choice = choice
    this.#showFacts(this.#choice, now)
    this.#showFigure(this.#choice, now)
  }

  #watch(url: string, tries: number): void {
    const series = this.#series
    const source = new EventSource(url)
    source.addEventListener('blocks', ({ data }) => {
      const run: BlockRun = JSON.parse(data)
      series?.add(run)
      this.#changed()
    })
    source.addEventListener('ended', ({ data }) => {
      source.close()
      if (source === this.#source) this.#end(JSON.parse(data))
    })
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED || source !== this.#source || tries <= 1) return
      this.#retry = window.setTimeout(() => this.#watch(url, tries - 1), retryAfter)
    })
    this.#source = source
  }

  // On a busy server it may be gone from the list of those that ended before it is shown.
  #end(choice: EndedReply): void {
    this.#changed(choice)
    this.#choice = choice
  }

  #showFacts(choice: Choice, now: number): void {
    const facts = 'how' in choice ? endedFacts(choice) : liveFacts(choice, now)
    const rows = [...commonFacts(choice), ...facts]
    if (this.#facts.childElementCount !== rows.length) this.#facts.replaceChildren(...rows.map(createFact))
    for (const [index, [title, text]] of rows.entries()) {
      const [name, value] = this.#facts.children[index]?.children ?? []
      if (name) setText(name, title)
      if (value) setText(value, text)
    }
  }

  #showFigure(choice: Choice, now: number): void {
    const series = this.#series
    const isEnded = 'how' in choice
    this.#figure.hidden = series === undefined
    this.#note.hidden = series !== undefined
    if (!series)
      return setText(this.#note, 'Its blocks were not watched: choose a reply while it is in flight.')
    setText(findElement('plot-caption', HTMLElement), describeSeries(series, isEnded))
    if (findElement('last-blocks', HTMLDetailsElement).open) showLastBlocks(series)
    // What it says is written beside it.
    if (!('uPlot' in window)) return
    const until = isEnded ? choice.endedAt : now
    this.#timeline ??= new Timeline(findElement('plot', HTMLElement), (point) => this.#point(point))
    this.#timeline.draw({ series, now: (until - series.startedAt) / 1_000, isEnded })
  }

  #point(point: Point | undefined): void {
    const text = point && [`block ${formatCount(point.number)}`, `after ${formatDuration(point.at * 1_000)}`]
    setText(this.#cursor, text ? text.join(', ') : '')
  }
}

type Fact = readonly [title: string, text: string]

function commonFacts({ route, client, protocol, status, encoding, startedAt }: Choice): Fact[] {
  return [
    ['Route', route ?? 'none'],
    ['Client', client ?? 'not known'],
    ['Protocol', protocol],
    ['Status', status === null ? 'no head yet' : String(status)],
    ['Encoding', encoding ?? 'none'],
    ['Began', formatClock(startedAt)],
  ]
}

function liveFacts(choice: LiveReply, now: number): Fact[] {
  const { who, what } = describeWait(choice, now)
  return [
    ['Longest wait for the client', formatWait(choice.longestWait)],
    ['Waits for', `${who} ${what}`],
  ]
}

function endedFacts({ how, error, longestWait }: EndedReply): Fact[] {
  const ending: Fact = ['Ended', describeEnding(how).text]
  const waited: Fact = ['Longest wait for the client', formatWait(longestWait)]
  return error === null ? [waited, ending] : [waited, ending, ['Error', error]]
}

function formatWait(milliseconds: number): string {
  return milliseconds === 0 ? 'none' : formatDuration(milliseconds)
}

function createFact(): HTMLElement {
  const fact = createElement('div')
  fact.append(createElement('dt'), createElement('dd'))
  return fact
}

function describeSeries(series: BlockSeries, isEnded: boolean): string {
  const { points, blocks, bytes, longestGap, missed, waited } = series
  if (points.length === 0)
    return isEnded ? 'No block left while it was watched.' : 'No block has left since it was chosen.'
  const texts = [`${formatCount(blocks)} ${blocks === 1 ? 'block' : 'blocks'}, ${formatBytes(bytes)}`]
  if (points.length > 1) texts.push(`the longest time between two was ${formatDuration(longestGap * 1_000)}`)
  if (waited > 0) texts.push(`the client was waited for ${formatDuration(waited * 1_000)} in all`)
  if (missed > 0) texts.push(`${formatCount(missed)} more were not drawn`)
  return `Since it was chosen: ${texts.join('; ')}.`
}

function showLastBlocks({ points }: BlockSeries): void {
  const rows = points.slice(-listedBlocks).toReversed()
  const body = findElement('blocks-rows', HTMLTableSectionElement)
  if (body.dataset['last'] === String(rows[0]?.number)) return
  body.dataset['last'] = String(rows[0]?.number)
  body.replaceChildren(...rows.map(createBlockRow))
}

function createBlockRow({ number, at, gap, bytes }: Point): HTMLTableRowElement {
  const texts = [
    formatCount(number),
    formatDuration(at * 1_000),
    gap === undefined ? '' : formatDuration(gap * 1_000),
    formatBytes(bytes),
  ]
  const row = createElement('tr')
  row.setAttribute('role', 'row')
  for (const text of texts) {
    const cell = createElement('td', 'number', text)
    cell.setAttribute('role', 'cell')
    row.append(cell)
  }
  return row
}
